import Hone
import Reporting

extension Profile {
    /// The steps in order, with each one's share.
    var table: String {
        var table = TextTable(["step", "operator", "name", "output", "ms", "%"])
        for (index, step) in steps.enumerated() {
            let share = milliseconds > 0 ? 100 * step.milliseconds / milliseconds : 0
            table.add([
                "\(index)", step.operatorType, step.name, step.outputType, Quantity.fixed(step.milliseconds, 3),
                Quantity.fixed(share, 1),
            ])
        }
        return table.text() + "total \(Quantity.fixed(milliseconds, 3)) ms on \(device)"
    }

    var json: JSONValue {
        let entries = steps.map { step in
            JSONValue.object([
                ("operator", .string(step.operatorType)), ("name", .string(step.name)),
                ("output", .string(step.outputType)), ("milliseconds", .number(step.milliseconds)),
            ])
        }
        return .object([
            ("device", .string(device)), ("milliseconds", .number(milliseconds)), ("steps", .array(entries)),
        ])
    }
}
