import Reporting

/// What a report says of the levels of pruning.
extension OptimizedModel {
    /// How one form was pruned; nil for a dense one.
    func reportedPruning(_ form: Form) -> OptimizationReport.Pruning? {
        guard let pruned = form.pruned, let level = form.level else { return nil }
        let sparsity = ModelSparsity(form.model)
        let blocks = Dictionary(sparsity.layers.map { ($0.name, $0) }) { first, _ in first }
        let before = ReportedLayers.times(forms[dense].timings.first)
        let after = ReportedLayers.times(form.timings.first)
        var pruning = OptimizationReport.Pruning(
            pattern: pruned.pattern, target: level.target,
            sparsity: pruned.layers.contains { $0.isPruned } ? 100 * pruned.sparsity : nil)
        pruning.density = sparsity.kernelBlocks.all > 0 ? sparsity.kernelDensity : nil
        pruning.layers = pruned.layers.map { layer in
            var row = OptimizationReport.PrunedLayer(
                name: layer.name, operatorType: layer.operatorType, keptBlocks: layer.keptBlocks, blocks: layer.blocks,
                isPruned: layer.isPruned, reason: layer.decision)
            row.asked = 100 * layer.asked
            row.density = blocks[layer.name]?.kernelDensity
            (row.errorMasked, row.errorRefitted) = (layer.errorMasked, layer.errorRefitted)
            (row.denseMilliseconds, row.milliseconds) = (before[layer.name], after[layer.name])
            return row
        }
        return pruning
    }

    /// Nil where there was nothing to choose from.
    func reportedChoice() -> OptimizationReport.Choice? {
        guard forms.contains(where: { $0.kind == .pruned }) else { return nil }
        let device = forms[chosen].timings.first.map { "\($0.device)" }
        let budget = settings.budget.map { " of \($0)" } ?? ""
        let name = forms[chosen].name
        switch choice {
        case .fastest(let count):
            let place = device.map { " on \($0)" } ?? ""
            return OptimizationReport.Choice(
                reason: "\(name), the fastest\(place) of \(count) models that hold the budget\(budget)", device: device)
        case .last(let count):
            return OptimizationReport.Choice(
                reason: "\(name), the last of \(count) models that hold the budget\(budget); none was timed")
        case .onlyDense:
            return OptimizationReport.Choice(reason: "\(name): no pruned model holds the budget\(budget)")
        case .asked:
            return OptimizationReport.Choice(reason: "\(name), as asked for; there is no budget to hold")
        case .noBudget:
            return OptimizationReport.Choice(
                reason: "\(name): without a budget (--max-drop, --max-kl) nothing says how much pruning may lose")
        }
    }

    func reportedMargin(_ form: Form) -> OptimizationReport.Margin? {
        form.margin.map { margin in
            if case .drop = settings.budget {
                OptimizationReport.Margin(holds: margin.holds, excessPoints: margin.excess)
            } else {
                OptimizationReport.Margin(holds: margin.holds, excessNats: margin.excess)
            }
        }
    }
}

extension PrunedModel.Layer {
    /// What became of it, and why.
    var decision: String { isPruned ? "pruned" : "dense: \(reason)" }
}

extension LayerSparsity {
    /// The share of blocks that int8 kernels compute with, in percent; nil where there are no blocks.
    var kernelDensity: Double? {
        kernelBlocks.flatMap { $0.all > 0 ? 100 * Double($0.all - $0.empty) / Double($0.all) : nil }
    }
}

extension ModelSparsity {
    /// The same of all layers that have blocks.
    var kernelDensity: Double {
        let (empty, all) = kernelBlocks
        return all > 0 ? 100 * Double(all - empty) / Double(all) : 100
    }
}
