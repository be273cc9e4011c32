import ModelGraph
import Optimizers

/// How sparse a model is, counted in its weights, and whether what its file says of that is so.
package struct ModelSparsity: Sendable {
    /// Convolutions and matrix products with constant weights, in the graph's order.
    package let layers: [LayerSparsity]
    /// What the metadata say that the weights do not bear out; nil where there are no metadata of pruning.
    package let disagreements: [String]?

    /// What a rounded share may be off, and a layer of few blocks.
    private static let tolerance = 1e-5

    package init(_ model: Model) {
        let claim = PruningMetadata.read(model.graph)
        let claimed = try? claim?.get()
        let weights = GraphWeights(model.graph)
        layers = model.graph.nodes.compactMap { LayerSparsity($0, in: weights, claimed: claimed?.pattern) }
        switch claim {
        case nil: disagreements = nil
        case .failure: disagreements = ["'\(PruningMetadata.key)' is not what Hone writes there"]
        case .success(let metadata): disagreements = ModelSparsity.disagreements(metadata, layers)
        }
    }

    private static func disagreements(_ metadata: PruningMetadata, _ layers: [LayerSparsity]) -> [String] {
        var found: [String] = []
        let known = Dictionary(layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        for (name, density) in metadata.layers {
            guard let layer = known[name] else {
                found.append("there is no layer '\(name)'")
                continue
            }
            // Channels that were taken out cannot be counted any more. Zeros beside the empty blocks contradict nothing: int8
            // rounds small weights to them.
            guard metadata.pattern != .channels else { continue }
            if let measured = layer.claimedDensity, measured > density + tolerance {
                let digits = { (share: Double) in "\((share * 1e4).rounded() / 1e4)" }
                found.append("'\(name)' is said to have density \(digits(density)), and has \(digits(measured))")
            } else if !layer.keepsClaimedShare {
                found.append("'\(name)' is said to keep \(metadata.pattern), and keeps more")
            }
        }
        return found
    }

    package var weightCount: Int { layers.reduce(0) { $0 + $1.weightCount } }

    package var zeroCount: Int { layers.reduce(0) { $0 + $1.zeroCount } }

    /// Blocks of 16 outputs x 4 inputs of all layers that have such, and the empty ones among them.
    package var kernelBlocks: (empty: Int, all: Int) {
        layers.reduce(into: (0, 0)) { sum, layer in
            sum.0 += layer.kernelBlocks?.empty ?? 0
            sum.1 += layer.kernelBlocks?.all ?? 0
        }
    }

    /// Whether any layer has zeros that are no accident of rounding.
    package var isSparse: Bool { layers.contains { $0.pattern != nil } }
}
