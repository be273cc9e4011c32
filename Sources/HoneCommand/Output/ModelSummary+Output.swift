import Hone
import Reporting

extension ModelSummary {
    var text: String {
        var lines = ["\(path)\(name.isEmpty ? "" : " (\(name))")"]
        let imports = opsets.map { "\($0.domain) \($0.version)" }.joined(separator: ", ")
        lines.append("format      IR \(irVersion), opset \(imports)")
        for (index, input) in inputs.enumerated() {
            lines.append("\(index == 0 ? "inputs      " : "            ")\(input)")
        }
        for (index, output) in outputs.enumerated() {
            lines.append("\(index == 0 ? "outputs     " : "            ")\(output)")
        }
        lines.append("operators   " + operators.map { "\($0.type) \($0.count)" }.joined(separator: ", "))
        lines.append("constants   \(Quantity.count(parameterCount)) elements, \(Quantity.bytes(parameterByteCount))")
        if let multiplyAccumulateCount {
            let at = shapes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            lines.append("MACs        \(Quantity.count(multiplyAccumulateCount)) for \(at)")
        } else {
            lines.append("MACs        unknown: an input's shape is open (give --shape)")
        }
        lines += sparsity.lines
        for entry in metadata {
            // What is cut here stands in --json.
            let value = entry.value.count > 120 ? entry.value.prefix(117) + "..." : entry.value[...]
            lines.append("metadata    \(entry.key) = \(value)")
        }
        return lines.joined(separator: "\n")
    }

    var json: [(key: String, value: JSONValue)] {
        [
            ("path", .string(path)), ("name", .string(name)), ("irVersion", .integer(irVersion)),
            ("opsets", .object(opsets.map { ($0.domain, .integer($0.version)) })),
            ("inputs", .array(inputs.map(\.json))), ("outputs", .array(outputs.map(\.json))),
            ("operators", .object(operators.map { ($0.type, .integer($0.count)) })),
            ("constantElements", .integer(parameterCount)), ("constantBytes", .integer(parameterByteCount)),
            ("multiplyAccumulates", multiplyAccumulateCount.map { .integer($0) } ?? .null),
            ("metadata", .object(metadata.map { ($0.key, .string($0.value)) })), ("sparsity", sparsity.json),
        ]
    }
}

extension ModelValue {
    /// Name, element type and shape; null stands for an open dimension.
    fileprivate var json: JSONValue {
        .object([
            ("name", .string(name)), ("elementType", elementType.map { .string($0.description) } ?? .null),
            ("shape", shape.map { .array($0.map { $0.map { .integer($0) } ?? .null }) } ?? .null),
        ])
    }
}
