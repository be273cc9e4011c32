import Hone
import Reporting

/// `hone inspect`: what a model is, and what running it would do.
enum InspectCommand: Command {
    static let specification = CommandSpecification(
        name: "inspect", summary: "Show a model's inputs, operators, parameters and, with --plan, its execution plan.",
        positional: ["MODEL"],
        options: [
            .flag("--plan", "also show the steps, layouts and memory of the plan"),
            .list("--shape", "NAME=1x3x224x224", "shape of an input whose dimensions are open (batch defaults to 1)"),
            .value("--device", "DEVICE", "device to plan for: auto, reference, cpu, opencl[:N] (default auto)"),
            DeviceOption.precision,
            .flag("--json", "print JSON"),
        ])

    static func run(_ arguments: ParsedArguments) async throws {
        let path = arguments.positional[0]
        let device = try DeviceOption.parse(arguments)
        let precision = try DeviceOption.parsePrecision(arguments)
        for option in ["--device", "--precision"] where arguments.has(option) && !arguments.has("--plan") {
            throw arguments.fail("\(option) needs --plan")
        }
        let model = try Model(path: path)
        let shapes = try ShapeOptions.parse(arguments)
        let summary = try ModelSummary(model, path: path, shapes: shapes)
        var plan: PlanSummary?
        if arguments.has("--plan") {
            let session = try model.session(on: device, precision: precision)
            plan = try PlanSummary(model, session: session, precision: precision, shapes: shapes)
        }
        if arguments.has("--json") {
            var members = summary.json
            if let plan { members.append(("plan", plan.json)) }
            print(JSONValue.object(members).serialized())
        } else {
            print(summary.text)
            if let plan { print("\n" + plan.text) }
        }
    }
}
