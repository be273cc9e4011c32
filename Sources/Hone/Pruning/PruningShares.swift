import ModelGraph
import Optimizers
import Tensors

/// The share of each layer that patterns over names give.
struct PruningShares {
    private let shares: [(pattern: String, nodes: NodeSelection, share: Double)]

    /// - Parameter shares: by name, glob or `type:Conv`.
    /// - Throws: `.invalidOption` for a pattern that matches no node.
    init(_ shares: [String: Double], in graph: Graph) throws(HoneError) {
        // A name before a glob, a longer glob before a shorter one, then `type:`, and `*` last.
        let names = Set(graph.nodes.compactMap(\.selectionName))
        func rank(_ pattern: String) -> (Int, Int, String) {
            if names.contains(pattern) { return (0, 0, pattern) }
            if pattern.hasPrefix("type:") { return (2, 0, pattern) }
            let literals = pattern.count { $0 != "*" && $0 != "?" }
            return (literals > 0 ? 1 : 3, -literals, pattern)
        }
        var resolved: [(String, NodeSelection, Double)] = []
        for (pattern, share) in shares.sorted(by: { rank($0.key) < rank($1.key) }) {
            resolved.append((pattern, try NodeSelection([pattern], in: graph, purpose: "to prune"), share))
        }
        self.shares = resolved
    }

    /// By layer; those that no pattern matches, or that get nothing, are left out.
    ///
    /// - Throws: `.invalidOption` for a pattern that matches nodes of which none can be pruned.
    func sparsity(of layers: [PrunableLayer]) throws(HoneError) -> [String: Double] {
        for (pattern, nodes, _) in shares where !layers.contains(where: { PruningShares.matches(nodes, $0) }) {
            throw HoneError(
                .invalidOption, "the pattern '\(pattern)' matches no layer that can be pruned",
                remedy: "there are " + layers.prefix(5).map { "'\($0.name)'" }.joined(separator: ", "))
        }
        var sparsity: [String: Double] = [:]
        for layer in layers {
            guard let match = shares.first(where: { PruningShares.matches($0.nodes, layer) }) else { continue }
            if match.share > 0 { sparsity[layer.name] = match.share }
        }
        return sparsity
    }

    private static func matches(_ nodes: NodeSelection, _ layer: PrunableLayer) -> Bool {
        nodes.nodes.contains(layer.name) || nodes.operators.contains(layer.operatorType)
    }
}
