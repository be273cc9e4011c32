/// Text that is HTML already. What is interpolated into it is not, and becomes text: a model's names cannot be markup.
///
/// Holds between tags and inside attribute values in double quotes, the only places where pages interpolate.
struct Markup: Sendable, Equatable, ExpressibleByStringInterpolation {
    private(set) var html: String

    init(stringLiteral value: String) { html = value }

    init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }

    /// Text as markup.
    init(text: String) { html = Markup.escaped(text) }

    private init(html: String) { self.html = html }

    /// One after the other.
    init(_ parts: some Sequence<Markup>) {
        html = ""
        for part in parts { html += part.html }
    }

    static func + (left: Markup, right: Markup) -> Markup { Markup(html: left.html + right.html) }

    static func += (left: inout Markup, right: Markup) { left.html += right.html }

    /// Collects literals as they are, text escaped, and markup as it is.
    struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var html = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            html.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { html += literal }

        mutating func appendInterpolation(_ text: String) { html += Markup.escaped(text) }

        mutating func appendInterpolation(_ number: Int) { html += String(number) }

        mutating func appendInterpolation(_ markup: Markup) { html += markup.html }
    }

    /// The five characters that mean something in HTML as references, as OWASP's rules for HTML bodies and quoted attributes
    /// ask. Control characters, and those that turn the direction of what follows, would make a line look like another one:
    /// they are shown as U+FFFD.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        escaped.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{200E}", "\u{200F}", "\u{202A}"..."\u{202E}",
                "\u{2066}"..."\u{2069}":
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension JSONValue {
    /// On one line, for a data block in a page: nothing in it can end the block, since `<` is written as `\u003c`.
    ///
    /// `<`, `>` and `&` stand inside strings only, where the escapes of RFC 8259 mean the same.
    var embedded: Markup {
        var text = ""
        writeCompact(to: &text)
        return Markup(embedding: text)
    }

    private func writeCompact(to text: inout String) {
        switch self {
        case .array(let items):
            text += "["
            for (index, item) in items.enumerated() {
                if index > 0 { text += "," }
                item.writeCompact(to: &text)
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += "," }
                text += JSONValue.string(member.key).serialized() + ":"
                member.value.writeCompact(to: &text)
            }
            text += "}"
        default: text += serialized()
        }
    }
}

extension Markup {
    fileprivate init(embedding json: String) {
        var safe = ""
        safe.reserveCapacity(json.utf8.count)
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<": safe += "\\u003c"
            case ">": safe += "\\u003e"
            case "&": safe += "\\u0026"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        html = safe
    }
}
