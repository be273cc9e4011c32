import Foundation

/// The scale of a plot's axis with its ticks.
struct PlotAxis {
    let low: Double
    let high: Double
    /// In ascending order, all between `low` and `high`.
    let ticks: [(value: Double, label: String)]

    /// Steps of 1, 2 or 5 times a power of ten.
    ///
    /// - Parameter count: about how many ticks.
    init(from low: Double, to high: Double, count: Int = 5) {
        let span = high > low ? high - low : max(low.magnitude, 1)
        (self.low, self.high) = (low, low + span)
        let raw = span / Double(max(count, 1))
        var power = Int(log10(raw).rounded(.down))
        var factor = raw / pow(10, Double(power))
        factor = factor < 1.5 ? 1 : factor < 3.5 ? 2 : factor < 7.5 ? 5 : 10
        if factor == 10 { (factor, power) = (1, power + 1) }
        let step = factor * pow(10, Double(power))
        guard step.isFinite, step > 0 else {
            ticks = []
            return
        }
        let (first, last) = ((low / step - 1e-9).rounded(.up), ((low + span) / step + 1e-9).rounded(.down))
        ticks = (0...Int(min(max(last - first, 0), 20))).map { index in
            let value = (first + Double(index)) * step
            return (value, PlotAxis.label(value, power: power))
        }
    }

    /// Where a value is, in percent of the axis.
    func percent(_ value: Double) -> Double { 100 * (value - low) / (high - low) }

    /// The same as an attribute of SVG has it.
    func position(_ value: Double) -> String { PlotAxis.attribute(percent(value)) }

    /// The same from the other end, for an axis that goes up.
    func height(_ value: Double) -> String { PlotAxis.attribute(100 - percent(value)) }

    /// A tenth of a percent is a pixel of a plot that fills a screen.
    static func attribute(_ percent: Double) -> String { String(format: "%.1f%%", percent) }

    private static func label(_ value: Double, power: Int) -> String {
        if power < -4 || value.magnitude >= 1e6 { return NumberText.significant(value, 2) }
        return NumberText.fixed(value, max(-power, 0))
    }

    /// The labels of this axis' ticks below a plot.
    var labels: Markup {
        let labels = Markup(
            ticks.map { tick in "<text x=\"\(position(tick.value))\" y=\"18\">\(tick.label)</text>" })
        return "<svg class=\"ticks\" y=\"100%\">\(labels)</svg>"
    }

    /// The same with lines across the plot.
    var horizontal: Markup {
        let lines = Markup(
            ticks.map { tick in
                let x = position(tick.value)
                return "<line x1=\"\(x)\" x2=\"\(x)\" y2=\"100%\"/>"
            })
        return "<g class=\"grid\">\(lines)</g>\(labels)"
    }

    /// The same of an axis that goes up, with labels to the left.
    var vertical: Markup { PlotAxis.vertical(ticks.map { (height($0.value), $0.label) }) }

    /// Lines and labels to the left at places from the top.
    static func vertical(_ ticks: [(position: String, label: String)]) -> Markup {
        let lines = Markup(
            ticks.map { tick in "<line y1=\"\(tick.position)\" y2=\"\(tick.position)\" x2=\"100%\"/>" })
        let labels = Markup(
            ticks.map { tick in "<text x=\"-8\" y=\"\(tick.position)\">\(tick.label)</text>" })
        return "<g class=\"grid\">\(lines)</g><g class=\"ticks up\">\(labels)</g>"
    }
}
