/// What quantizing each layer alone costs the model.
struct SensitivitySection {
    let report: OptimizationReport

    var markup: Markup {
        let measured = report.layers.enumerated().compactMap { index, layer in
            layer.alone.map { (index: index, layer: layer, loss: $0) }
        }
        guard !measured.isEmpty else {
            return """
                <section><h2>Sensitivity</h2><p class="none">What each layer costs alone was not measured.</p></section>

                """
        }
        func divergence(_ loss: OptimizationReport.Comparison) -> Double {
            loss.klDivergence.flatMap { $0.isNaN ? nil : $0 } ?? -.infinity
        }
        let sorted = measured.sorted {
            (divergence($1.loss), $0.index) < (divergence($0.loss), $1.index)
        }
        let largest = max(divergence(sorted[0].loss), 0)
        let rows = Markup(
            sorted.map { entry in
                let share = largest > 0 ? max(divergence(entry.loss), 0) / largest : 0
                return row(entry.layer, entry.index, entry.loss, share: share)
            })
        var samples: Markup = ""
        if let count = report.sensitivitySampleCount {
            samples = ", on \(Figure.inline("/sensitivitySamples", NumberText.count(count), "samples"))"
        }
        return """
            <section id="sensitivity"><h2>Sensitivity</h2>
            <p>What the model loses when one layer alone is quantized\(samples).</p>
            <div class="box rows" tabindex="0" role="region" aria-label="Sensitivity"><table class="sortable">
            <thead><tr><th data-by="order">Layer</th><th>Operator</th><th class="n" data-by="down" aria-sort="descending">KL, nats</th><th></th>\
            <th class="n" data-by="up">Output SQNR, dB</th><th class="n" data-by="up">Same prediction, %</th>\
            <th class="n" data-by="down">Drop, pp</th><th class="n">95 % interval, pp</th></tr></thead>
            <tbody>
            \(rows)</tbody></table></div></section>

            """
    }

    private func row(
        _ layer: OptimizationReport.Layer, _ index: Int, _ loss: OptimizationReport.Comparison, share: Double
    ) -> Markup {
        let (base, at) = ("/layers/\(index)", "/layers/\(index)/alone")
        return """
            <tr><th scope="row">\(Figure.name("\(base)/name", layer.name))</th>\
            <td>\(Figure.name("\(base)/operator", layer.operatorType))</td>\
            \(Figure.cell("\(at)/klDivergence", loss.klDivergence.map(NumberText.digits)))\
            <td class="bar"><svg aria-hidden="true"><rect width="\(PlotAxis.attribute(100 * share))"/></svg></td>\
            \(Figure.cell("\(at)/sqnrDecibels", loss.signalToNoise.map(NumberText.decibels)))\
            \(Figure.cell("\(at)/agreementPercent", loss.agreement.map { NumberText.fixed($0, 2) }))\
            \(Figure.cell("\(at)/dropPercentagePoints", loss.drop.map { NumberText.fixed($0, 2) }))\
            \(Figure.intervalCell("\(at)/drop95", loss.interval))</tr>

            """
    }
}
