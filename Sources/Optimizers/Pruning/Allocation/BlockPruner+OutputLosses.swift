import Foundation
import ModelGraph
import Tensors

extension BlockPruner {
    /// What each layer costs the network's outputs at each of some sparsities, pruned and fitted alone, all others dense: the
    /// noise in the outputs divided by their signal, before a final Softmax.
    ///
    /// Budgets are shared out by this rather than by the error of the layer itself (`losses`), which says little of what the
    /// network loses. On ResNet-20 for CIFAR-10 at half the multiply-accumulates, 16x4 blocks, 256 samples, shares by the layers'
    /// own errors gave 87.2 % top-1, by what the outputs lose 88.6 %, and equal shares 86.5 %.
    /// - Parameters:
    ///   - levels: shares of blocks, rising.
    ///   - sampleLimit: how many samples are run through every variant, at most.
    /// - Returns: for each layer a loss for each level, rising. Without data, as `losses`.
    /// - Throws: as `prune`.
    package func outputLosses(
        of graph: Graph, layers names: [String], levels: [Double], sampleLimit: Int
    ) throws(HoneError) -> [String: [Double]] {
        guard let data else { return try losses(of: graph, layers: names, levels: levels) }
        let wanted = Set(names)
        let layers = PrunableLayer.all(in: graph).filter { wanted.contains($0.name) }
        // A single round is near enough for a comparison.
        var quick = options
        quick.schedule = .constant
        var losses: [String: [Double]] = [:]
        var run = try run(graph, layers, hasPruned: false)
        for (number, layer) in layers.enumerated() {
            data.tell("Measuring losses", "layers", done: number, of: layers.count)
            guard let matrix = LayerMatrix(layer, in: graph) else { continue }
            var moments = try fits(layer) ? run?.moments(of: layer) : nil
            moments?.setTargets(matrix)
            let grid = BlockGrid(layer, options.pattern)
            let places = levels.indices.filter { levels[$0] > 0 }
            var variants: [Graph] = []
            for place in places {
                let outcome = LayerPruning(options: quick).prune(
                    matrix, grid, sparsity: levels[place], moments: moments)
                var variant = graph
                if !outcome.matrix.write(to: &variant, layer, changesBias: outcome.errorRefitted != nil) {
                    _ = outcome.mask.masked(matrix).write(to: &variant, layer, changesBias: false)
                }
                variants.append(variant)
            }
            let figures = try OutputFidelity.measure(
                variants, against: graph, data: data, limit: sampleLimit, backend: backend, evaluator: evaluator)
            var own = [Double](repeating: 0, count: levels.count)
            for (place, figure) in zip(places, figures) { own[place] = pow(10, -figure.decibels / 10) }
            // Less is left at each level: where more seems to lose less it is chance.
            for place in own.indices.dropFirst() { own[place] = max(own[place], own[place - 1]) }
            losses[layer.name] = own
        }
        data.tell("Measuring losses", "layers", done: layers.count, of: max(layers.count, 1))
        return losses
    }
}
