/// Histograms of values with their chosen ranges, and of weights before and after: one open, the others behind their names,
/// of which the page's script makes a list to choose from.
struct DistributionSections {
    let report: OptimizationReport

    var markup: Markup { tensors + weights }

    // MARK: Values

    private var tensors: Markup {
        guard !report.tensors.isEmpty else {
            return """
                <section><h2>Values and their ranges</h2><p class="none">No value's distribution was recorded.</p></section>

                """
        }
        let figures = Markup(report.tensors.enumerated().map { figure($1, $0) })
        return """
            <section id="tensors" class="picker" data-label="Value"><h2>Values and their ranges</h2>
            <p>What calibration saw of each value. Counts are on a logarithmic axis; zeros are counted apart.</p>
            <p class="legend"><span class="key before"></span> elements <span class="key band"></span> chosen range: \
            what lies outside becomes the nearest end</p>
            \(figures)</section>

            """
    }

    private func figure(_ tensor: OptimizationReport.Tensor, _ index: Int) -> Markup {
        let base = "/tensors/\(index)"
        let plot = HistogramPlot(
            label: "Histogram with the chosen range",
            series: [HistogramPlot.Series(histogram: tensor.histogram, style: "before")],
            range: tensor.low.isFinite && tensor.high.isFinite && tensor.low <= tensor.high
                ? Double(tensor.low)...Double(tensor.high) : nil, isLogarithmic: true)
        var facts = fact("Range", range("\(base)/low", tensor.low, "\(base)/high", tensor.high))
        facts += fact(
            "Seen",
            tensor.extremes.map {
                range("\(base)/minimum", $0.lowerBound, "\(base)/maximum", $0.upperBound)
            } ?? "nothing finite")
        facts += fact("Scale", number("\(base)/scale", tensor.scale))
        facts += fact("Zero point", Figure.inline("\(base)/zeroPoint", NumberText.count(tensor.zeroPoint)))
        facts += fact("Zeros", count("\(base)/zeros", tensor.zeroCount))
        // Rare, and then worth a look.
        if tensor.nanCount > 0 { facts += fact("NaN", count("\(base)/nans", tensor.nanCount)) }
        if tensor.infinityCount > 0 { facts += fact("Infinite", count("\(base)/infinities", tensor.infinityCount)) }
        if let shared = tensor.sharedWith {
            facts += fact("Scale shared with", Figure.name("\(base)/sharedWith", shared))
        }
        let content: Markup =
            tensor.histogram.counts.isEmpty
            ? "<p class=\"none\">It held nothing but zeros.</p>"
            : "<div class=\"frame\"><p class=\"axis\">Elements</p>\(plot.markup)<p class=\"axis below\">Value</p></div>"
        return details("tensor-\(index)", Figure.name("\(base)/name", tensor.name), content, facts, index == 0)
    }

    // MARK: Weights

    private var weights: Markup {
        let shown = report.layers.indices.filter { report.layers[$0].weights?.distribution != nil }
        guard !shown.isEmpty else {
            return """
                <section><h2>Weights before and after</h2><p class="none">No layer's weights were recorded.</p></section>

                """
        }
        let first = shown.first { report.layers[$0].isQuantized } ?? shown.first
        let figures = Markup(shown.map { weights(report.layers[$0], $0, isFirst: $0 == first) })
        return """
            <section id="weights" class="picker" data-label="Layer"><h2>Weights before and after</h2>
            <p class="legend"><span class="key before"></span> float <span class="key after"></span> dequantized from int8; \
            both in the same bins.</p>
            \(figures)</section>

            """
    }

    private func weights(_ layer: OptimizationReport.Layer, _ index: Int, isFirst: Bool) -> Markup {
        guard let weights = layer.weights, let distribution = weights.distribution else { return "" }
        let base = "/layers/\(index)/weights"
        let plot = HistogramPlot(
            label: "Weights before and after",
            series: [
                HistogramPlot.Series(histogram: distribution.before, style: "before"),
                HistogramPlot.Series(histogram: distribution.after, style: "after"),
            ], range: nil, isLogarithmic: false)
        var facts: Markup = ""
        if let scales = weights.scales { facts += fact("Scales", summary("\(base)/scales", scales)) }
        if let maxima = weights.channelMaxima {
            facts += fact("Largest magnitude of a channel", summary("\(base)/channelMaxima", maxima))
        }
        return details(
            "weights-\(index)", Figure.name("/layers/\(index)/name", layer.name),
            "<div class=\"frame bare\">\(plot.markup)<p class=\"axis below\">Weight</p></div>", facts, isFirst)
    }

    private func summary(_ pointer: String, _ summary: OptimizationReport.Summary) -> Markup {
        guard summary.count > 1 else { return number("\(pointer)/largest", summary.largest) }
        return """
            \(Figure.inline("\(pointer)/count", NumberText.count(summary.count), "channels")), \
            \(range("\(pointer)/smallest", summary.smallest, "\(pointer)/largest", summary.largest)), \
            median \(number("\(pointer)/median", summary.median))
            """
    }

    // MARK: Parts

    private func details(
        _ identifier: String, _ name: Markup, _ content: Markup, _ facts: Markup, _ isOpen: Bool
    ) -> Markup {
        """
        <details id="\(identifier)"\(isOpen ? " open" : "")><summary>\(name)</summary><figure>\(content)\
        <figcaption><dl>\(facts)</dl></figcaption></figure></details>

        """
    }

    private func fact(_ name: Markup, _ value: Markup) -> Markup { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

    private func number(_ pointer: String, _ value: Float) -> Markup {
        Figure.inline(pointer, NumberText.significant(Double(value), 4))
    }

    private func range(_ low: String, _ lowest: Float, _ high: String, _ highest: Float) -> Markup {
        "\(number(low, lowest)) to \(number(high, highest))"
    }

    private func count(_ pointer: String, _ value: UInt64) -> Markup {
        Figure.inline(pointer, NumberText.count(Int(clamping: value)))
    }
}
