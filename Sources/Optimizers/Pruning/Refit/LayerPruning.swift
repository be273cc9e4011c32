import Foundation

/// Prunes one layer: rounds of masks and refits.
struct LayerPruning {
    let options: PruningOptions

    /// What became of a layer.
    struct Outcome {
        var matrix: LayerMatrix
        var mask: BlockMask
        var errorMasked: Double?
        var errorRefitted: Double?
        /// What was done otherwise than asked.
        var notes: [String] = []
    }

    /// A share of the mean square of a layer's inputs that is added to all of them.
    static let ridge = 1e-3

    /// - Parameter moments: nil for magnitudes alone.
    func prune(
        _ original: LayerMatrix, _ grid: BlockGrid, sparsity: Double, moments: LayerMoments?
    ) -> Outcome {
        guard let moments, moments.isUsable else {
            var mask = BlockMask(grid)
            mask.drop(to: sparsity, of: sparsity, scores: BlockScore.scores(.magnitude, original, grid, nil))
            var outcome = Outcome(matrix: mask.masked(original), mask: mask)
            if moments != nil { outcome.notes.append("its inputs or outputs are not finite: magnitudes only") }
            return outcome
        }
        let refit = LeastSquaresRefit(moments: moments, original: original, ridge: LayerPruning.ridge)
        var notes: [String] = []
        let mask = mask(original, grid, sparsity, refit, &notes)
        return finished(mask, refit, notes)
    }

    /// The relative squared error at each of some sparsities, each mask within the one before.
    func losses(_ original: LayerMatrix, _ grid: BlockGrid, levels: [Double], moments: LayerMoments?) -> [Double] {
        var losses = [Double](repeating: 0, count: levels.count)
        guard let moments, moments.isUsable else {
            let total = original.weights.reduce(0) { $0 + $1 * $1 }
            for (place, level) in levels.enumerated() {
                let kept = prune(original, grid, sparsity: level, moments: nil).matrix.weights
                losses[place] = total > 0 ? max(0, 1 - kept.reduce(0) { $0 + $1 * $1 } / total) : 0
            }
            return losses
        }
        let refit = LeastSquaresRefit(moments: moments, original: original, ridge: LayerPruning.ridge)
        let elimination = elimination(original, grid, refit)
        var (mask, matrix) = (BlockMask(grid), original)
        for place in levels.indices.sorted(by: { (levels[$0], $0) < (levels[$1], $1) }) {
            if let elimination {
                mask = elimination.mask(sparsity: levels[place])
            } else {
                let scores = BlockScore.scores(options.score, matrix, grid, moments)
                mask.drop(to: levels[place], of: levels[place], scores: scores)
            }
            let outcome = finished(mask, refit, [])
            matrix = outcome.matrix
            losses[place] = mask.keptCount == grid.count ? 0 : outcome.errorRefitted ?? outcome.errorMasked ?? 0
        }
        return losses
    }

    private func elimination(
        _ original: LayerMatrix, _ grid: BlockGrid, _ refit: LeastSquaresRefit
    ) -> GreedyElimination? {
        guard options.score == .hessianGreedy, GreedyElimination.isAffordable(grid) else { return nil }
        let start = refit.refitted(BlockMask(grid)) ?? original
        return GreedyElimination(grid, start, refit)
    }

    private func mask(
        _ original: LayerMatrix, _ grid: BlockGrid, _ sparsity: Double, _ refit: LeastSquaresRefit,
        _ notes: inout [String]
    ) -> BlockMask {
        if let elimination = elimination(original, grid, refit) { return elimination.mask(sparsity: sparsity) }
        if options.score == .hessianGreedy { notes.append("too large for hessian-greedy: scored by hessian") }
        var mask = BlockMask(grid)
        var matrix = original
        let rounds = options.refits ? options.schedule.sparsities(to: sparsity) : [sparsity]
        for (number, round) in rounds.enumerated() {
            let scores = BlockScore.scores(options.score, matrix, grid, refit.moments)
            mask.drop(to: round, of: sparsity, scores: scores)
            guard number < rounds.count - 1 else { break }
            matrix = refit.refitted(mask) ?? mask.masked(original)
        }
        return mask
    }

    /// The weights of a mask, with their errors.
    private func finished(_ mask: BlockMask, _ refit: LeastSquaresRefit, _ notes: [String]) -> Outcome {
        let masked = mask.masked(refit.original)
        var outcome = Outcome(matrix: masked, mask: mask, notes: notes)
        outcome.errorMasked = refit.moments.relativeError(masked)
        guard options.refits else { return outcome }
        guard let refitted = refit.refitted(mask) else {
            outcome.notes.append("its inputs leave no unique solution: masked only")
            return outcome
        }
        let error = refit.moments.relativeError(refitted)
        (outcome.matrix, outcome.errorRefitted) = (refitted, error)
        return outcome
    }
}
