import Foundation
import Reporting

/// A page of a report taken apart: what it shows from where in the document, and the rest of its text.
struct OptimizationPage {
    /// Text with the pointer into the document that its element names.
    struct Shown {
        let pointer: String
        let text: String
    }

    private(set) var shown: [Shown] = []
    /// Text outside of elements that name their source, of the scales of plots, and of styles and scripts.
    private(set) var rest = ""
    /// Names of all elements.
    private(set) var elements: Set<String> = []
    /// Names of all attributes.
    private(set) var attributes: Set<String> = []
    /// The data block as it stands in the page.
    private(set) var data = ""
    /// Identifiers, and where links go.
    private(set) var identifiers: Set<String> = []
    private(set) var links: [String] = []
    /// Elements that were not closed as they were opened.
    private(set) var imbalance: [String] = []

    private static let void: Set<String> = ["meta", "br", "line", "rect", "circle", "path"]

    init(_ html: String) {
        var open: [(name: String, attributes: [String: String], text: String)] = []
        var rest = Substring(html)
        while let start = rest.firstIndex(of: "<") {
            let text = Self.unescaped(rest[..<start])
            for index in open.indices { open[index].text += text }
            let isSourced = open.contains { $0.attributes["data-json"] != nil || $0.attributes["class"] == "ticks" }
            let isTick = open.contains { ($0.attributes["class"] ?? "").hasPrefix("ticks") || $0.name == "style" }
            if !isSourced, !isTick { self.rest += " " + text }
            rest = rest[rest.index(after: start)...]
            guard let end = Self.end(ofTag: rest) else { break }
            let tag = String(rest[..<end])
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("!") { continue }
            if tag.hasPrefix("/") {
                guard let closed = open.popLast(), closed.name == tag.dropFirst() else {
                    imbalance.append(tag)
                    continue
                }
                if let pointer = closed.attributes["data-json"] {
                    shown.append(Shown(pointer: pointer, text: closed.text))
                }
                continue
            }
            let (name, attributes) = Self.parse(tag)
            elements.insert(name)
            self.attributes.formUnion(attributes.keys)
            if let identifier = attributes["id"] { identifiers.insert(identifier) }
            if let link = attributes["href"] { links.append(link) }
            if name == "script" {
                // Nothing but its end tag ends a script.
                let close = rest.range(of: "</script", options: .caseInsensitive)?.lowerBound ?? rest.endIndex
                if attributes["type"] == "application/json" { data = String(rest[..<close]) }
                rest = rest[close...]
            }
            if !Self.void.contains(name) { open.append((name, attributes, "")) }
        }
        imbalance += open.map(\.name)
    }

    /// Where a tag ends: a `>` inside quotes does not end it.
    private static func end(ofTag text: Substring) -> Substring.Index? {
        var isQuoted = false
        for index in text.indices {
            if text[index] == "\"" { isQuoted.toggle() }
            if text[index] == ">", !isQuoted { return index }
        }
        return nil
    }

    private static func parse(_ tag: String) -> (name: String, attributes: [String: String]) {
        var attributes: [String: String] = [:]
        let name = String(tag.prefix { !$0.isWhitespace && $0 != "/" })
        var rest = tag.dropFirst(name.count)
        while let start = rest.firstIndex(where: { !$0.isWhitespace && $0 != "/" }) {
            rest = rest[start...]
            let key = String(rest.prefix { !$0.isWhitespace && $0 != "=" && $0 != "/" })
            rest = rest.dropFirst(key.count)
            guard rest.hasPrefix("=\"") else {
                attributes[key] = ""
                if key.isEmpty { rest = rest.dropFirst() }
                continue
            }
            let value = rest.dropFirst(2).prefix { $0 != "\"" }
            attributes[key] = unescaped(value)
            rest = rest.dropFirst(value.count + 3)
        }
        return (name, attributes)
    }

    private static func unescaped(_ text: Substring) -> String {
        var text = String(text)
        for (reference, character) in [
            ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
        ] { text = text.replacingOccurrences(of: reference, with: character) }
        return text
    }
}

extension JSONValue {
    /// What an RFC 6901 pointer leads to; nil if there is nothing. Names of members here need no escapes.
    func at(_ pointer: String) -> JSONValue? {
        var value = self
        for part in pointer.split(separator: "/") {
            switch value {
            case .object(let members):
                guard let member = members.first(where: { $0.key == part }) else { return nil }
                value = member.value
            case .array(let items):
                guard let index = Int(part), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return value
    }
}
