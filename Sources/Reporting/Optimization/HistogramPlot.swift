import Foundation

/// The bars of histograms over one axis, with a band for a chosen range.
struct HistogramPlot {
    /// One set of bars.
    struct Series {
        let histogram: OptimizationReport.Histogram
        /// The style that it is drawn in.
        let style: String
    }

    let label: String
    let series: [Series]
    /// The range to mark; nil for none.
    let range: ClosedRange<Double>?
    /// Whether heights are logarithms of counts.
    let isLogarithmic: Bool

    /// Units from the bottom to the top of a bar as high as the plot.
    private static let resolution = 200.0

    private var axis: PlotAxis {
        let edges = series.filter { !$0.histogram.counts.isEmpty }.flatMap {
            [$0.histogram.lowerEdge, $0.histogram.upperEdge]
        }
        let bounds = edges + (range.map { [$0.lowerBound, $0.upperBound] } ?? [])
        let (low, high) = (bounds.min() ?? 0, bounds.max() ?? 1)
        let margin = high > low ? 0.02 * (high - low) : 0.5
        return PlotAxis(from: low - margin, to: high + margin, count: 5)
    }

    private var largest: Double { Double(series.flatMap(\.histogram.counts).max() ?? 0) }

    private func share(_ count: Double, _ largest: Double) -> Double {
        guard largest > 0 else { return 0 }
        // The highest bar leaves a little room above it.
        return 0.96 * (isLogarithmic ? log1p(count) / log1p(largest) : count / largest)
    }

    var markup: Markup {
        let (axis, largest) = (axis, largest)
        var content = axis.labels
        if isLogarithmic { content += powers(largest) }
        if let range {
            content += """
                <rect class="range" x="\(axis.position(range.lowerBound))" height="100%" \
                width="\(PlotAxis.attribute(axis.percent(range.upperBound) - axis.percent(range.lowerBound)))"/>
                """
        }
        for one in series where !one.histogram.counts.isEmpty {
            let (start, end) = (axis.percent(one.histogram.lowerEdge), axis.percent(one.histogram.upperEdge))
            content += """
                <svg class="bars" x="\(PlotAxis.attribute(start))" width="\(PlotAxis.attribute(end - start))" \
                viewBox="0 0 \(one.histogram.counts.count) \(Int(HistogramPlot.resolution))" \
                preserveAspectRatio="none"><path class="\(one.style)" d="\(path(one.histogram, largest))"/></svg>
                """
        }
        for bound in range.map({ [$0.lowerBound, $0.upperBound] }) ?? [] {
            let x = axis.position(bound)
            content += "<line class=\"bound\" x1=\"\(x)\" x2=\"\(x)\" y2=\"100%\"/>"
        }
        return "<svg class=\"plot\" role=\"img\" aria-label=\"\(label)\">\(content)</svg>"
    }

    /// Powers of ten, five at most.
    private func powers(_ largest: Double) -> Markup {
        guard largest >= 1 else { return "" }
        let last = Int(log10(largest).rounded(.down))
        return PlotAxis.vertical(
            stride(from: 0, through: last, by: last / 5 + 1).map { power in
                let top = 100 - 100 * share(pow(10, Double(power)), largest)
                return (PlotAxis.attribute(top), HistogramPlot.powerOfTen(power))
            })
    }

    private static func powerOfTen(_ power: Int) -> String {
        let digits = Array("⁰¹²³⁴⁵⁶⁷⁸⁹")
        if power < 3 { return NumberText.count(power == 0 ? 1 : power == 1 ? 10 : 100) }
        return "10" + String(String(power).compactMap { $0.wholeNumberValue.map { digits[$0] } })
    }

    /// The outline of the bars; neighbours of one height are one step.
    private func path(_ histogram: OptimizationReport.Histogram, _ largest: Double) -> String {
        let full = Int(HistogramPlot.resolution)
        var text = "M0 \(full)"
        var (height, run) = (full, 0)
        for count in histogram.counts {
            var top = full - Int((HistogramPlot.resolution * share(Double(count), largest)).rounded())
            // A single element among millions is still there.
            if count > 0 { top = min(top, full - 2) }
            if top != height {
                if run > 0 { text += "h\(run)" }
                text += "V\(top)"
                (height, run) = (top, 0)
            }
            run += 1
        }
        return text + "h\(run)V\(full)Z"
    }
}
