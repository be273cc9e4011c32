/// A JSON document whose objects keep the order in which they were written, so that output is the same each time.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Printed as the shortest text that reads back as the same double; NaN and infinities, which JSON lacks, as null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([(key: String, value: JSONValue)])

    /// A float32, printed as the shortest text that reads back as the same float32.
    package static func float32(_ value: Float) -> JSONValue { .number(Double("\(value)") ?? .nan) }

    package static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.key == $1.key && $0.value == $1.value }
        default: false
        }
    }

    /// The text, two spaces for each level; arrays without inner arrays and objects stay on one line while short.
    package func serialized() -> String {
        var text = ""
        write(to: &text, indentation: 0)
        return text
    }

    private static let lineLength = 100

    private func write(to text: inout String, indentation: Int) {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += value.isFinite ? "\(value)" : "null"
        case .string(let value): JSONValue.write(value, to: &text)
        case .array(let items): JSONValue.write(items, to: &text, indentation)
        case .object(let members):
            guard !members.isEmpty else { return text += "{}" }
            text += "{\n"
            for (index, member) in members.enumerated() {
                JSONValue.indent(&text, indentation + 1)
                JSONValue.write(member.key, to: &text)
                text += ": "
                member.value.write(to: &text, indentation: indentation + 1)
                text += index + 1 < members.count ? ",\n" : "\n"
            }
            JSONValue.indent(&text, indentation)
            text += "}"
        }
    }

    private var isContainer: Bool {
        switch self {
        case .array, .object: true
        default: false
        }
    }

    private static func write(_ items: [JSONValue], to text: inout String, _ indentation: Int) {
        if !items.contains(where: \.isContainer) {
            var line = "["
            for (index, item) in items.enumerated() {
                if index > 0 { line += ", " }
                item.write(to: &line, indentation: 0)
                if line.utf8.count > lineLength { break }
            }
            if line.utf8.count <= lineLength { return text += line + "]" }
            return fill(items, into: &text, indentation)
        }
        text += "[\n"
        for (index, item) in items.enumerated() {
            indent(&text, indentation + 1)
            item.write(to: &text, indentation: indentation + 1)
            text += index + 1 < items.count ? ",\n" : "\n"
        }
        indent(&text, indentation)
        text += "]"
    }

    /// As many items on a line as fit.
    private static func fill(_ items: [JSONValue], into text: inout String, _ indentation: Int) {
        text += "["
        var room = 0
        for (index, item) in items.enumerated() {
            var piece = ""
            item.write(to: &piece, indentation: 0)
            if index + 1 < items.count { piece += "," }
            if piece.utf8.count + 1 > room {
                text += "\n"
                text += String(repeating: "  ", count: indentation + 1)
                room = lineLength - 2 * (indentation + 1)
            } else {
                text += " "
                room -= 1
            }
            text += piece
            room -= piece.utf8.count
        }
        text += "\n"
        text += String(repeating: "  ", count: indentation) + "]"
    }

    private static func indent(_ text: inout String, _ level: Int) { text += String(repeating: "  ", count: level) }

    /// RFC 8259, section 7. The two Unicode line separators are escaped too: JavaScript once refused them.
    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(nilLiteral: ()) { self = .null }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { (key: $0.0, value: $0.1) })
    }
}
