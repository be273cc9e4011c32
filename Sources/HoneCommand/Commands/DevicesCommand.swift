import Hone
import Reporting

/// `hone devices`: what a model can run on here.
enum DevicesCommand: Command {
    static let specification = CommandSpecification(
        name: "devices", summary: "List the devices that models can run on.", positional: [],
        options: [.flag("--json", "print JSON")])

    static func run(_ arguments: ParsedArguments) async throws {
        let devices = Device.available
        if arguments.has("--json") {
            let entries = devices.map {
                JSONValue.object([
                    ("device", .string($0.description)), ("kind", .string("host")),
                    ("instructionSets", .array($0.instructionSets.map { .string($0) })),
                ])
            }
            print(
                JSONValue.object([("devices", .array(entries)), ("auto", .string(devices[0].description))]).serialized()
            )
            return
        }
        for device in devices {
            let sets = device.instructionSets
            print(
                "\(device)\(device == devices[0] ? "  (auto)" : "")"
                    + (sets.isEmpty ? "" : "  instruction sets: \(sets.joined(separator: ", "))"))
        }
    }
}
