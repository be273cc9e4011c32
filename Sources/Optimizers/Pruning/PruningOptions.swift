import Foundation

/// What says how much a block of weights matters.
package enum PruningScore: String, CaseIterable, Sendable {
    /// The sum of its squared weights; needs no data.
    case magnitude
    /// The sum of squared weights, each times its input's mean square.
    case activation
    /// `w H w^T` with the Hessian of the layer's inputs under the block.
    case hessian
    /// The exact loss of a block after all others made up for it, one block after the other (Optimal Brain Surgeon).
    case hessianGreedy = "hessian-greedy"
}

/// How sparsity rises to its target within a layer, from one round of masks and refits to the next.
package enum PruningSchedule: Hashable, Sendable {
    /// At once.
    case constant
    /// `s_t = s + (s_0 - s) (1 - t / steps)^power`, of Zhu and Gupta (arXiv 1710.01878), equation 1.
    case polynomial(steps: Int, power: Double, initial: Double)

    /// The sparsities of all rounds, the last of them the target.
    package func sparsities(to target: Double) -> [Double] {
        guard case .polynomial(let steps, let power, let initial) = self, steps > 1 else { return [target] }
        let start = min(initial, target)
        return (1...steps).map { step in
            let left = pow(1 - Double(step) / Double(steps), power)
            return step == steps ? target : target + (start - target) * left
        }
    }
}

/// How weights are chosen and made up for.
package struct PruningOptions: Sendable {
    package var pattern = PruningPattern.default
    /// Layers that are too large for the greedy score are scored by `hessian`.
    package var score = PruningScore.hessianGreedy
    package var schedule = PruningSchedule.polynomial(steps: 4, power: 3, initial: 0)
    /// Whether kept weights and biases are fitted to the original layer's output.
    package var refits = true
    /// Whether channels are reordered so that blocks lose less, where nothing is fitted (`BlockPermutation`).
    package var permutes = true
    /// Samples that are read, at most.
    package var sampleLimit = 512
    /// What Hessians and waiting values may take, in bytes.
    package var byteLimit = 1 << 30

    package init() {}
}
