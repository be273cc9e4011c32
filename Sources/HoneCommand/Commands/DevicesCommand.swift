import Hone
import Reporting
import Tensors

/// `hone devices`: what a model can run on here.
enum DevicesCommand: Command {
    static let specification = CommandSpecification(
        name: "devices", summary: "List the devices that models can run on.", positional: [],
        options: [.flag("--json", "print JSON")])

    static func run(_ arguments: ParsedArguments) async throws {
        let devices = Device.available
        let report = OpenCLReport()
        print(arguments.has("--json") ? json(devices, report).serialized() : text(devices, report))
    }

    private static func text(_ devices: [Device], _ report: OpenCLReport) -> String {
        var lines: [String] = []
        for device in devices where !report.devices.contains(where: { $0.device == device.description }) {
            let sets = device.instructionSets
            lines.append(
                "\(device)\(device == devices[0] ? "  (auto)" : "")"
                    + (sets.isEmpty ? "" : "  instruction sets: \(sets.joined(separator: ", "))"))
        }
        for entry in report.devices {
            lines += entry.lines(isAutomatic: entry.device == devices[0].description)
        }
        lines += report.failures
        if let obstacle = report.obstacle {
            lines.append("no OpenCL device: \(obstacle.message)")
            if let remedy = obstacle.remedy { lines.append("  \(remedy)") }
        }
        return lines.joined(separator: "\n")
    }

    private static func json(_ devices: [Device], _ report: OpenCLReport) -> JSONValue {
        let hosts = devices.filter { device in !report.devices.contains { $0.device == device.description } }
        let entries = hosts.map {
            JSONValue.object([
                ("device", .string($0.description)), ("kind", .string("host")),
                ("instructionSets", .array($0.instructionSets.map { .string($0) })),
            ])
        }
        return .object([
            ("devices", .array(entries + report.devices.map(\.json))), ("auto", .string(devices[0].description)),
            ("openclFailures", .array(report.failures.map { .string($0) })),
            ("openclObstacle", report.obstacle.map { .string($0.description) } ?? .null),
        ])
    }
}
