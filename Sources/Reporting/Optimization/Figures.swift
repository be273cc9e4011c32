import Foundation

/// Numbers as the page shows them: tabular digits, a true minus, a space that does not break before the unit.
enum NumberText {
    static let space = "\u{A0}"
    /// What stands for a number that there is none of, or that JSON cannot hold.
    static let none = "–"

    /// A fixed count of decimals.
    static func fixed(_ value: Double, _ decimals: Int) -> String {
        value.isFinite ? typographic(Quantity.fixed(value, decimals)) : none
    }

    /// Three significant digits, as `0.0123`, `4.56`, `789`, `2,391` or `1.23e−6`.
    static func digits(_ value: Double) -> String { significant(value, 3) }

    static func significant(_ value: Double, _ count: Int) -> String {
        guard value != 0 else { return "0" }
        guard value.isFinite else { return none }
        let magnitude = Int(log10(value.magnitude).rounded(.down))
        guard (-4..<6).contains(magnitude) else { return scientific(value, count) }
        if magnitude >= 3, count <= magnitude + 1 { return self.count(Int(value.rounded())) }
        return fixed(value, max(count - 1 - magnitude, 0))
    }

    /// For instance `1.23e−6`.
    private static func scientific(_ value: Double, _ count: Int) -> String {
        let parts = String(format: "%.\(count - 1)e", value).split(separator: "e")
        guard parts.count == 2, let exponent = Int(parts[1]) else { return none }
        return typographic("\(parts[0])e\(exponent)")
    }

    static func count(_ value: Int) -> String { typographic(Quantity.count(value)) }

    static func bytes(_ value: Int) -> String { Quantity.bytes(value).replacingOccurrences(of: " ", with: space) }

    static func decibels(_ value: Double) -> String {
        value.isInfinite ? value > 0 ? "∞" : "−∞" : fixed(value, 1)
    }

    private static func typographic(_ text: String) -> String { text.replacingOccurrences(of: "-", with: "−") }
}

/// What a page shows of the report, each with the place in `report.json` that it comes from: an RFC 6901 pointer in the
/// attribute `data-json`, by which tests hold the page against the document and the page's script sorts.
enum Figure {
    /// What stands where nothing was measured.
    static let missing: Markup = "<span class=\"none\" title=\"not measured\">–</span>"

    /// A number with its unit in running text; a dash for nil.
    static func inline(_ pointer: String, _ text: String?, _ unit: String = "") -> Markup {
        guard let text else { return missing }
        let tail = unit.isEmpty ? "" : NumberText.space + unit
        return "<span data-json=\"\(pointer)\">\(text)\(tail)</span>"
    }

    /// A cell of a table whose header has the unit.
    static func cell(_ pointer: String, _ text: String?) -> Markup {
        guard let text else { return "<td class=\"none\" data-json=\"\(pointer)\">–</td>" }
        return "<td data-json=\"\(pointer)\">\(text)</td>"
    }

    /// Text that the report holds, such as a name: kept apart from what is around it, cut in the middle where it is very
    /// long.
    static func name(_ pointer: String, _ text: String) -> Markup {
        "<bdi data-json=\"\(pointer)\">\(cut(text))</bdi>"
    }

    /// Both bounds of an interval in a cell; a dash for nil.
    static func intervalCell(_ pointer: String, _ interval: ClosedRange<Double>?) -> Markup {
        guard let interval else { return "<td class=\"n none\">–</td>" }
        return "<td class=\"n\">\(self.interval(pointer, interval))</td>"
    }

    /// Both bounds, without their unit.
    static func interval(_ pointer: String, _ interval: ClosedRange<Double>) -> Markup {
        let low = inline(pointer + "/0", NumberText.fixed(interval.lowerBound, 2))
        let high = inline(pointer + "/1", NumberText.fixed(interval.upperBound, 2))
        return "\(low) to \(high)"
    }

    /// The start and the end of a text that is longer than both together.
    static func cut(_ text: String, head: Int = 90, tail: Int = 40) -> String {
        // By scalars: a single character may hold any number of them.
        let scalars = text.unicodeScalars
        guard scalars.count > head + tail + 1 else { return text }
        return String(scalars.prefix(head)) + "…" + String(scalars.suffix(tail))
    }
}
