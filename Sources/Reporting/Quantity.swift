import Foundation

/// Numbers with their units, as people read them. The same in every locale, so that logs can be compared.
package enum Quantity {
    /// Bytes in binary units: `512 B`, `1.50 KiB`, `97.8 MiB`.
    package static func bytes(_ count: Int) -> String {
        let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
        var value = Double(count)
        var unit = 0
        while abs(value) >= 1023.5, unit + 1 < units.count, unit > 0 || abs(value) >= 1024 {
            value /= 1024
            unit += 1
        }
        return "\(unit == 0 ? fixed(value, 0) : threeDigits(value)) \(units[unit])"
    }

    /// A count in full: `1,234,567`.
    package static func count(_ count: Int) -> String {
        let digits = String(count.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return count < 0 ? "-" + text : text
    }

    /// A duration: `870 ns`, `12.3 µs`, `4.56 ms`, `7.89 s`, `2 min 05 s`, `3 h 20 min`.
    package static func duration(seconds: Double) -> String {
        guard seconds.isFinite else { return "-" }
        let magnitude = abs(seconds)
        let sign = seconds < 0 ? "-" : ""
        if magnitude == 0 { return "0 s" }
        if magnitude < 999.5e-9 { return sign + threeDigits(magnitude * 1e9) + " ns" }
        if magnitude < 999.5e-6 { return sign + threeDigits(magnitude * 1e6) + " µs" }
        if magnitude < 999.5e-3 { return sign + threeDigits(magnitude * 1e3) + " ms" }
        if magnitude < 59.95 { return sign + threeDigits(magnitude) + " s" }
        guard magnitude < 1e12 else { return "\(sign)more than 1e12 s" }
        let whole = Int(magnitude.rounded())
        if whole < 3600 { return "\(sign)\(whole / 60) min \(twoDigits(whole % 60)) s" }
        let minutes = Int((magnitude / 60).rounded())
        return "\(sign)\(minutes / 60) h \(twoDigits(minutes % 60)) min"
    }

    /// A factor: 2.345 is `2.35x`.
    package static func factor(_ value: Double) -> String { value.isFinite ? fixed(value, 2) + "x" : "-" }

    /// A number with a fixed count of decimals; `-0.00` loses its sign.
    package static func fixed(_ value: Double, _ decimals: Int) -> String {
        guard value.isFinite else { return "-" }
        let text = String(format: "%.\(decimals)f", value)
        let isZero = text.allSatisfy { "-0.".contains($0) }
        return isZero && text.hasPrefix("-") ? String(text.dropFirst()) : text
    }

    /// Three significant digits for numbers below 1000, and whole numbers beyond.
    private static func threeDigits(_ value: Double) -> String {
        let magnitude = abs(value)
        return fixed(value, magnitude < 9.995 ? 2 : magnitude < 99.95 ? 1 : 0)
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
