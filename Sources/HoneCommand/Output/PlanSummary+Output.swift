import Hone
import Reporting

extension PlanSummary {
    var text: String {
        var table = TextTable(["step", "operator", "name", "output", "layout", "place", "notes"])
        for step in steps {
            for (index, output) in step.outputs.enumerated() {
                let notes =
                    step.annotations.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
                    + (step.fused.isEmpty ? [] : ["and " + step.fused.joined(separator: ", ")])
                    + (step.detail.map { [$0] } ?? [])
                table.add(
                    (index == 0 ? ["\(step.index)", step.operatorType, step.name] : ["", "", ""])
                        + [output.type, output.layout, output.place, index == 0 ? notes.joined(separator: "; ") : ""])
            }
        }
        let at = shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return "plan on \(device)\(precision.suffix) for \(at)\n" + table.text()
            + "intermediate values: \(Quantity.bytes(arenaByteCount)) in one arena, "
            + "\(Quantity.bytes(unsharedByteCount)) unshared; constants: \(Quantity.bytes(constantByteCount))"
    }

    var json: JSONValue {
        let entries = steps.map { step in
            JSONValue.object([
                ("index", .integer(step.index)), ("operator", .string(step.operatorType)), ("name", .string(step.name)),
                (
                    "annotations",
                    .object(step.annotations.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
                ),
                ("fused", .array(step.fused.map { .string($0) })),
                ("detail", step.detail.map { .string($0) } ?? .null),
                (
                    "outputs",
                    .array(
                        step.outputs.map {
                            .object([
                                ("name", .string($0.name)), ("type", .string($0.type)), ("layout", .string($0.layout)),
                                ("place", .string($0.place)),
                            ])
                        })
                ),
            ])
        }
        return .object([
            ("device", .string(device)), ("precision", .string(precision.rawValue)),
            ("arenaBytes", .integer(arenaByteCount)),
            ("unsharedBytes", .integer(unsharedByteCount)), ("constantBytes", .integer(constantByteCount)),
            ("steps", .array(entries)),
        ])
    }
}
