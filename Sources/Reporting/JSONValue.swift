import Foundation

/// A JSON document whose objects keep the order of their members.
package indirect enum JSONValue: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Written with the fewest digits that read back as the same number; NaN and infinities become null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(String, JSONValue)])

    /// The document with two spaces of indentation, without a final line end.
    package var text: String {
        var text = ""
        write(to: &text, indentation: 0)
        return text
    }

    private func write(to text: inout String, indentation: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += "\(value)"
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): text += JSONValue.quoted(value)
        case .array(let values):
            JSONValue.writeList(values, brackets: ("[", "]"), to: &text, indentation) { value, text in
                value.write(to: &text, indentation: indentation + 1)
            }
        case .object(let members):
            JSONValue.writeList(members, brackets: ("{", "}"), to: &text, indentation) { member, text in
                text += JSONValue.quoted(member.0) + ": "
                member.1.write(to: &text, indentation: indentation + 1)
            }
        }
    }

    private static func writeList<Item>(
        _ items: [Item], brackets: (String, String), to text: inout String, _ indentation: Int,
        _ writeItem: (Item, inout String) -> Void
    ) {
        guard !items.isEmpty else {
            text += brackets.0 + brackets.1
            return
        }
        text += brackets.0
        for (index, item) in items.enumerated() {
            text += (index == 0 ? "\n" : ",\n") + String(repeating: "  ", count: indentation + 1)
            writeItem(item, &text)
        }
        text += "\n" + String(repeating: "  ", count: indentation) + brackets.1
    }

    private static func quoted(_ string: String) -> String {
        var quoted = "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\r": quoted += "\\r"
            case _ where scalar.value < 0x20: quoted += String(format: "\\u%04x", scalar.value)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
