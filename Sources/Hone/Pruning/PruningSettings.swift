import ModelGraph
import Optimizers
import Tensors

/// How much is to become zero.
public enum PruningTarget: Sendable, Equatable {
    /// This share of the blocks of all layers together, from 0 to less than 1.
    case sparsity(Double)
    /// A share of the blocks of each layer that a key matches: a name, a glob such as `block1/*`, or `type:Conv`. A name goes
    /// before a glob, a longer glob before a shorter one, `*` last; layers that nothing matches stay as they are.
    case layers([String: Double])
    /// The share of multiply-accumulates that is left; of pattern `channel`.
    case macs(Double)
    /// How many times as fast as the dense int8 model, measured on the device.
    case speedup(Double)
}

/// How a model is pruned.
public struct PruningSettings: Sendable {
    /// What says how much a block of weights matters.
    public enum Score: String, Sendable, Hashable, CaseIterable {
        /// The sum of its squared weights; needs no data.
        case magnitude
        /// The sum of its squared weights, each times its input's mean square.
        case activation
        /// What the layer's output loses with the block, by the Hessian of its inputs.
        case hessian
        /// What is lost after all other weights made up for the block, one block after the other; for small layers.
        case hessianGreedy = "hessian-greedy"
    }

    /// How sparsity rises to its target, with a refit in each step.
    public enum Schedule: Sendable, Hashable {
        /// At once.
        case constant
        /// `s + (initial - s) (1 - t / steps)^power` in step t.
        case polynomial(steps: Int, power: Double, initial: Double)
    }

    /// Which weights become zero together: outputs x inputs such as `16x4`, N:M such as `2:4`, or `channel`.
    public var pattern: String
    /// How much becomes zero.
    public var target: PruningTarget
    /// What says how much a block matters.
    public var score = Score.hessianGreedy
    /// How sparsity rises.
    public var schedule = Schedule.polynomial(steps: 4, power: 3, initial: 0)
    /// Layers that lose channels keep multiples of so many; of pattern `channel`.
    public var channelMultiple = 8
    /// Layers that stay as they are: names, globs such as `block1/*`, or operators such as `type:Gemm`.
    public var excludedNodes: Set<String> = []
    /// Whether kept weights and biases are fitted to the original layer's output.
    public var refits = true
    /// Whether channels are reordered so that blocks lose less, where nothing is fitted: fits do better in the model's own order.
    public var permutes = true
    /// Whether each layer gets the same share of a sparsity, instead of what it can bear.
    public var isUniform = false
    /// What Hessians and waiting values may take, in bytes.
    public var memoryLimit = 1 << 30
    /// Samples that are read, at most.
    public var sampleLimit = 512

    /// The defaults: 16x4, exact elimination where a layer is small enough, else Hessian scores and refits in four rounds.
    public init(pattern: String = "16x4", target: PruningTarget) {
        (self.pattern, self.target) = (pattern, target)
    }

    /// Whether pruning has to see data; magnitude alone, without fits, does not.
    public var needsData: Bool {
        if case .speedup = target { return true }
        return score != .magnitude || refits
    }

    /// The optimizer's options.
    ///
    /// - Throws: `.invalidOption` for a pattern that is none, a number out of range, or a pair that has no meaning.
    func options() throws(HoneError) -> PruningOptions {
        var options = PruningOptions()
        options.pattern = try PruningPattern(pattern)
        try checkTarget(options.pattern)
        guard channelMultiple >= 1 else {
            throw HoneError(.invalidOption, "there are no multiples of \(channelMultiple) channels")
        }
        switch score {
        case .magnitude: options.score = .magnitude
        case .activation: options.score = .activation
        case .hessian: options.score = .hessian
        case .hessianGreedy: options.score = .hessianGreedy
        }
        switch schedule {
        case .constant: options.schedule = .constant
        case .polynomial(let steps, let power, let initial):
            guard (1...100).contains(steps), power > 0, power <= 100, initial >= 0, initial < 1 else {
                throw HoneError(
                    .invalidOption, "a schedule of \(steps) steps, power \(power), from \(initial) has no meaning",
                    remedy: "1 to 100 steps, a power above 0, from a sparsity of 0 to less than 1")
            }
            options.schedule = .polynomial(steps: steps, power: power, initial: initial)
        }
        (options.refits, options.permutes) = (refits, permutes)
        (options.sampleLimit, options.byteLimit) = (sampleLimit, memoryLimit)
        return options
    }

    private func checkTarget(_ pattern: PruningPattern) throws(HoneError) {
        func share(_ share: Double, _ what: String) throws(HoneError) {
            guard share >= 0, share < 1 else {
                throw HoneError(.invalidOption, "\(what) is \(share)", remedy: "a share from 0 to less than 1")
            }
        }
        switch target {
        case .sparsity(let sparsity): try share(sparsity, "the sparsity")
        case .layers(let shares):
            for (name, sparsity) in shares.sorted(by: { $0.key < $1.key }) {
                try share(sparsity, "the sparsity of '\(name)'")
            }
        case .macs(let fraction):
            guard fraction > 0, fraction <= 1 else {
                throw HoneError(
                    .invalidOption, "the share of multiply-accumulates is \(fraction)",
                    remedy: "a share above 0, up to 1")
            }
        case .speedup(let factor):
            guard factor >= 1, factor <= 1000 else {
                throw HoneError(.invalidOption, "the speed-up is \(factor)", remedy: "a factor of at least 1")
            }
        }
        if case .share(let kept, let of) = pattern {
            // N:M says itself how much is zero.
            guard case .sparsity(let share) = target, abs(share - (1 - Double(kept) / Double(of))) < 1e-9 else {
                throw HoneError(
                    .invalidOption, "the pattern \(pattern) says itself how much becomes zero",
                    remedy: "give no other target; --exclude leaves layers as they are")
            }
        }
        let isChannels = pattern == .channels
        if case .macs = target {
            guard isChannels else {
                throw HoneError(
                    .invalidOption, "blocks of zeros stay in the file, and so do their multiply-accumulates",
                    remedy: "a share of multiply-accumulates goes with pattern channel; blocks take a sparsity")
            }
        } else if isChannels {
            throw HoneError(
                .invalidOption, "pattern channel takes channels out by what they cost",
                remedy: "give a share of multiply-accumulates (--macs)")
        }
    }
}
