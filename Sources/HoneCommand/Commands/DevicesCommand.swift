import Hone
import Reporting
import Tensors

/// `hone devices`: what a model can run on here.
enum DevicesCommand: Command {
    static let specification = CommandSpecification(
        name: "devices", summary: "List the devices that models can run on.", positional: [],
        options: [
            .flag("--examine", "also try, on every OpenCL device, what no kernel relies on yet"), Printing.json,
            Printing.jsonFile,
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        try Printing.check(arguments)
        let devices = Device.available
        let report = OpenCLReport()
        let examinations = arguments.has("--examine") ? report.devices.map(examined) : nil
        try Printing.print(
            text(devices, report, examinations), json(devices, report, examinations), arguments)
    }

    /// Questions and answers about a device, or why there are none.
    private typealias Examination = [(question: String, answer: String)]

    private static func examined(_ entry: OpenCLReport.Entry) -> Examination {
        do throws(HoneError) {
            return try entry.examination()
        } catch {
            return [("examination", error.message)]
        }
    }

    private static func text(_ devices: [Device], _ report: OpenCLReport, _ examinations: [Examination]?) -> String {
        var lines: [String] = []
        for device in devices where !report.devices.contains(where: { $0.device == device.description }) {
            let sets = device.instructionSets
            lines.append(
                "\(device)\(device == devices[0] ? "  (auto)" : "")"
                    + (sets.isEmpty ? "" : "  instruction sets: \(sets.joined(separator: ", "))"))
        }
        for (index, entry) in report.devices.enumerated() {
            lines += entry.lines(isAutomatic: entry.device == devices[0].description)
            lines += (examinations?[index] ?? []).map { "  \($0.question): \($0.answer)" }
        }
        lines += report.failures
        if let obstacle = report.obstacle {
            lines.append("no OpenCL device: \(obstacle.message)")
            if let remedy = obstacle.remedy { lines.append("  \(remedy)") }
        }
        return lines.joined(separator: "\n")
    }

    private static func json(
        _ devices: [Device], _ report: OpenCLReport, _ examinations: [Examination]?
    ) -> JSONValue {
        let opencl = report.devices.enumerated().map { index, entry in
            entry.json(findings: examinations?[index].map { ($0.question, .string($0.answer)) })
        }
        let hosts = devices.filter { device in !report.devices.contains { $0.device == device.description } }
        let entries = hosts.map {
            JSONValue.object([
                ("device", .string($0.description)), ("kind", .string("host")),
                ("instructionSets", .array($0.instructionSets.map { .string($0) })),
            ])
        }
        return .object([
            ("devices", .array(entries + opencl)), ("auto", .string(devices[0].description)),
            ("openclLoader", report.loader.map { .string($0) } ?? .null),
            ("openclFailures", .array(report.failures.map { .string($0) })),
            ("openclObstacle", report.obstacle.map { .string($0.description) } ?? .null),
        ])
    }
}
