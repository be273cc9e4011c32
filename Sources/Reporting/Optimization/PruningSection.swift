/// What pruning made of each layer, one table for each pruned candidate: that of the result open, the others behind their
/// names, of which the page's script makes a list to choose from.
struct PruningSection {
    let report: OptimizationReport

    /// Positions of pruned candidates.
    private var pruned: [Int] { report.candidates.indices.filter { report.candidates[$0].pruning != nil } }

    /// Empty for a report without pruned candidates.
    var markup: Markup {
        let pruned = pruned
        guard let last = pruned.last else { return "" }
        // Of several that are not the result, the last one that holds the budget says most.
        let open =
            pruned.contains(report.chosen)
            ? report.chosen : pruned.last { report.candidates[$0].margin?.holds == true } ?? last
        let tables = Markup(pruned.map { level($0, isOpen: $0 == open) })
        return """
            <section id="pruning" class="picker" data-label="Model"><h2>Pruned layers</h2>
            <p>Density is the share of weight blocks that the kernels compute with, measured in the int8 model. The error is that \
            of the layer's output in floating point, squared, as a part of the output: with zeros alone, and after the \
            weights that are left were fitted. \(times)</p>
            \(tables)</section>

            """
    }

    private var times: Markup {
        guard let conditions = report.layerTimingConditions else { return "Layers were not timed." }
        return "Times: \(Figure.name("/layerTimingConditions", conditions))."
    }

    private func level(_ position: Int, isOpen: Bool) -> Markup {
        let candidate = report.candidates[position]
        guard let pruning = candidate.pruning else { return "" }
        let base = "/candidates/\(position)/pruning"
        let rows = Markup(pruning.layers.enumerated().map { row($1, "\(base)/layers/\($0)") })
        return """
            <details\(isOpen ? " open" : "" as Markup)><summary>\(Figure.name("/candidates/\(position)/name", candidate.name))</summary>
            <p class="caption">Pattern \(Figure.name("\(base)/pattern", pruning.pattern)); asked: \
            \(Figure.name("\(base)/target", pruning.target)). Zero blocks of the pruned layers: \
            \(Figure.inline("\(base)/sparsityPercent", pruning.sparsity.map { NumberText.fixed($0, 1) }, "%")); density of the \
            int8 model: \
            \(Figure.inline("\(base)/densityPercent", pruning.density.map { NumberText.fixed($0, 1) }, "%")).</p>
            <div class="box rows" tabindex="0" role="region" aria-label="Pruned layers"><table class="sortable">
            <thead><tr><th data-by="order">Layer</th><th>Operator</th><th class="n" data-by="down">Asked, %</th>\
            <th class="n" data-by="up">Blocks kept</th><th class="n" data-by="down">Blocks</th>\
            <th class="n" data-by="up">Density, %</th><th class="n" data-by="down">Error, zeros alone</th>\
            <th class="n" data-by="down">Error, fitted</th><th class="n" data-by="down">Dense, ms</th>\
            <th class="n" data-by="down">Pruned, ms</th><th class="state" data-by="text">Decision</th></tr></thead>
            <tbody>
            \(rows)</tbody></table></div></details>

            """
    }

    private func row(_ layer: OptimizationReport.PrunedLayer, _ base: String) -> Markup {
        let reason = Figure.name("\(base)/reason", layer.reason)
        var cells: Markup = """
            <th scope="row">\(Figure.name("\(base)/name", layer.name))</th>\
            <td>\(Figure.name("\(base)/operator", layer.operatorType))</td>
            """
        cells += Figure.cell("\(base)/askedPercent", layer.asked.map { NumberText.fixed($0, 1) })
        cells += Figure.cell("\(base)/keptBlocks", NumberText.count(layer.keptBlocks))
        cells += Figure.cell("\(base)/blocks", NumberText.count(layer.blocks))
        cells += Figure.cell("\(base)/densityPercent", layer.density.map { NumberText.fixed($0, 1) })
        cells += Figure.cell("\(base)/errorMasked", layer.errorMasked.map(NumberText.digits))
        cells += Figure.cell("\(base)/errorRefitted", layer.errorRefitted.map(NumberText.digits))
        cells += Figure.cell("\(base)/denseMilliseconds", layer.denseMilliseconds.map(NumberText.digits))
        cells += Figure.cell("\(base)/milliseconds", layer.milliseconds.map(NumberText.digits))
        cells +=
            "<td class=\"state\"><span class=\"\(layer.isPruned ? "pruned" : "float" as Markup)\">\(reason)</span></td>"
        return "<tr>\(cells)</tr>\n"
    }
}
