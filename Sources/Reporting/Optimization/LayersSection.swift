/// Every layer: what became of it, what it loses, what it takes and what it weighs.
struct LayersSection {
    let report: OptimizationReport

    private var layers: [OptimizationReport.Layer] { report.layers }

    var markup: Markup {
        guard !layers.isEmpty else {
            return "<section><h2>Layers</h2><p class=\"none\">Layers were not looked at.</p></section>\n"
        }
        let counts: Markup = """
            \(Figure.inline("/layerCounts/quantized", NumberText.count(report.quantizedLayerCount))) of \
            \(Figure.inline("/layerCounts/total", NumberText.count(layers.count))) nodes compute on integers
            """
        return """
            <section id="layers"><h2>Layers</h2>
            <p>\(counts). \(explanation)</p>
            <div class="box rows" tabindex="0" role="region" aria-label="Layers"><table class="sortable">
            <thead><tr><th data-by="order">Layer</th><th>Operator</th>\
            <th class="n" data-by="down"\(sortedBy(.loss))>Loss alone, nats</th>\
            <th class="n" data-by="up"\(sortedBy(.noise))>SQNR, dB</th>\
            <th class="n" data-by="up">Cosine</th><th class="n" data-by="down">Saturated, %</th>\
            <th class="n" data-by="down">Float, ms</th><th class="n" data-by="down">Int8, ms</th>\
            <th class="n" data-by="down">Weights</th><th class="n" data-by="down">In int8</th>\(pruningHeader)\
            <th class="state" data-by="text">State</th></tr></thead>
            <tbody>
            \(rows)</tbody></table></div></section>

            """
    }

    private var explanation: Markup {
        var text: Markup = """
            Loss alone is the divergence of the output when this layer alone is quantized; SQNR and cosine compare its \
            output in both models, with the noise of all layers before it.
            """
        if !report.tensors.isEmpty { text += " A layer's name leads to the histogram of its output." }
        if report.sensitivitySampleCount == nil {
            text += " What layers cost alone was not measured."
        }
        if hasDensities { text += " Density is the share of weight blocks that the kernels compute with." }
        if isPruned {
            text += """
                 Pruning error is that of the layer's output in floating point when it is pruned, squared, as a part of the \
                output; SQNR, cosine and saturation are those of quantization alone, against the pruned model in floating \
                point.
                """
        }
        if let conditions = report.layerTimingConditions {
            text += " Times: \(Figure.name("/layerTimingConditions", conditions))."
        } else {
            text += " Layers were not timed."
        }
        return text
    }

    private var hasDensities: Bool { layers.contains { $0.density != nil } }
    private var isPruned: Bool { layers.contains { $0.pruningReason != nil } }

    private var pruningHeader: Markup {
        (hasDensities ? "<th class=\"n\" data-by=\"up\">Density, %</th>" : "" as Markup)
            + (isPruned ? "<th class=\"n\" data-by=\"down\">Pruning error</th>" : "")
    }

    private enum Rank { case loss, noise }

    /// Says which column the rows are sorted by, before any script sorts them anew.
    private func sortedBy(_ rank: Rank) -> Markup {
        let hasLosses = layers.contains { $0.alone?.klDivergence != nil }
        switch rank {
        case .loss: return hasLosses ? " aria-sort=\"descending\"" : ""
        case .noise: return hasLosses ? "" : " aria-sort=\"ascending\""
        }
    }

    /// The costliest first: by what layers cost alone, else by noise.
    private var order: [Int] {
        func rank(_ layer: OptimizationReport.Layer) -> (Double, Double) {
            // Greater is worse. A NaN would break the order.
            func orderly(_ value: Double?) -> Double { value.flatMap { $0.isNaN ? nil : $0 } ?? -.infinity }
            return (orderly(layer.alone?.klDivergence), orderly(layer.signalToNoise.map { -$0 }))
        }
        return layers.indices.sorted { left, right in
            let (first, second) = (rank(layers[left]), rank(layers[right]))
            return first == second ? left < right : first > second
        }
    }

    private var rows: Markup {
        let values = Dictionary(report.tensors.enumerated().map { ($1.name, $0) }) { first, _ in first }
        return Markup(order.map { row(layers[$0], $0, tensor: layers[$0].value.flatMap { values[$0] }) })
    }

    private func row(_ layer: OptimizationReport.Layer, _ index: Int, tensor: Int?) -> Markup {
        let base = "/layers/\(index)"
        let name = Figure.name("\(base)/name", layer.name)
        let linked = tensor.map { "<a href=\"#tensor-\($0)\">\(name)</a>" as Markup } ?? name
        let state = layer.isQuantized ? "int8" : "float"
        let reason = Figure.name("\(base)/reason", layer.reason)
        // Most reasons say it themselves.
        let told: Markup =
            layer.reason.hasPrefix(state)
            ? "<span class=\"\(state)\">\(reason)</span>"
            : "<span class=\"\(state)\">\(state)</span> <small>\(reason)</small>"
        var cells: Markup = """
            <th scope="row">\(linked)</th>\
            <td>\(Figure.name("\(base)/operator", layer.operatorType))</td>
            """
        cells += Figure.cell("\(base)/alone/klDivergence", layer.alone?.klDivergence.map(NumberText.digits))
        cells += Figure.cell("\(base)/sqnrDecibels", layer.signalToNoise.map(NumberText.decibels))
        cells += Figure.cell("\(base)/cosine", layer.cosine.map { NumberText.fixed($0, 5) })
        cells += Figure.cell("\(base)/saturatedPercent", layer.saturated.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(base)/floatMilliseconds", layer.floatMilliseconds.map(NumberText.digits))
        cells += Figure.cell("\(base)/int8Milliseconds", layer.int8Milliseconds.map(NumberText.digits))
        let weight = layer.weights.map { NumberText.bytes($0.floatByteCount) }
        if let weight, layer.weights?.distribution != nil {
            cells += """
                <td data-json="\(base)/weights/floatBytes"><a href="#weights-\(index)">\(weight)</a></td>
                """
        } else {
            cells += Figure.cell("\(base)/weights/floatBytes", weight)
        }
        cells += Figure.cell("\(base)/weights/int8Bytes", layer.weights.map { NumberText.bytes($0.int8ByteCount) })
        if hasDensities {
            cells += Figure.cell("\(base)/densityPercent", layer.density.map { NumberText.fixed($0, 1) })
        }
        if isPruned { cells += Figure.cell("\(base)/pruningError", layer.pruningError.map(NumberText.digits)) }
        let pruning = layer.pruningReason.map { reason in
            "<small>\(Figure.name("\(base)/pruningReason", reason))</small>" as Markup
        }
        cells += "<td class=\"state\">\(told)\(pruning ?? "")</td>"
        return "<tr>\(cells)</tr>\n"
    }
}

extension OptimizationReport {
    var quantizedLayerCount: Int { layers.count { $0.isQuantized } }
}
