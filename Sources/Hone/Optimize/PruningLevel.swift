import Foundation
import Tensors

/// One way to prune in an optimization, and what reports call it.
struct PruningLevel {
    let settings: PruningSettings

    /// `50 %`, `2×`: what plots have beside the mark.
    var label: String {
        switch settings.target {
        case .sparsity(let share): "\(PruningLevel.percent(share)) %"
        case .layers: "by layer"
        case .macs(let share): "\(PruningLevel.percent(1 - share)) %"
        case .speedup(let factor): "\(PruningLevel.digits(factor))×"
        }
    }

    /// `int8, 50 % pruned`.
    var name: String {
        switch settings.target {
        case .sparsity, .macs: "int8, \(label) pruned"
        case .layers: "int8, pruned \(label)"
        case .speedup: "int8, pruned for \(label)"
        }
    }

    /// What is asked for, in words.
    var target: String {
        switch settings.target {
        case .sparsity(let share): "\(PruningLevel.percent(share)) % of the blocks zero"
        case .layers(let shares): "a share of blocks in each of \(shares.count) names or globs"
        case .macs(let share): "\(PruningLevel.percent(share)) % of the multiply-accumulates left"
        case .speedup(let factor): "\(PruningLevel.digits(factor)) times as fast as dense int8"
        }
    }

    private static func percent(_ share: Double) -> String { digits(100 * share) }

    /// Up to two decimals, no zeros at the end.
    private static func digits(_ value: Double) -> String {
        var text = String(format: "%.2f", value)
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }

    /// - Throws: `.invalidOption` for settings without meaning, levels in no rising order, or equal names of two.
    static func check(_ levels: [PruningSettings]) throws(HoneError) {
        var names: Set<String> = []
        for settings in levels {
            _ = try settings.options()
            let name = PruningLevel(settings: settings).name
            guard names.insert(name).inserted else {
                throw HoneError(.invalidOption, "two levels of pruning are '\(name)'", remedy: "give each once")
            }
        }
    }
}
