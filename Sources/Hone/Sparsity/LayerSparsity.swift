import ModelGraph
import Optimizers
import Tensors

/// How sparse a layer's weight is, counted in the weight itself.
package struct LayerSparsity: Sendable {
    /// The node, as options name it.
    package let name: String
    package let operatorType: String
    package let shape: [Int]
    /// Weights, and those of them that are zero.
    package let weightCount: Int
    package let zeroCount: Int
    /// Blocks of 16 outputs x 4 inputs, which int8 kernels skip where they are empty, and those that are; nil for depthwise
    /// convolutions, which have none.
    package let kernelBlocks: (empty: Int, all: Int)?
    /// The largest pattern that has all the zeros in its empty blocks, but for those that rounding may have made; nil where
    /// there are no others.
    package let pattern: PruningPattern?
    /// As options write it.
    package var patternName: String? { pattern?.description }
    /// The share of the blocks of the pattern that the file claims which are not empty; nil where that has no blocks.
    let claimedDensity: Double?
    /// Whether it keeps no more of its neighbours than the file claims, if that claims N:M.
    let keepsClaimedShare: Bool

    /// - Parameter claimed: the pattern that the file's metadata name.
    /// - Returns: nil for other operators, and for weights that are no constants of 8 bits or floats.
    init?(_ node: Node, in weights: GraphWeights, claimed: PruningPattern?) {
        guard let name = node.selectionName, let (weight, arrangement, zeroPoints) = weights.weight(of: node),
            let mask = WeightMask(weight, arrangement, zeroPoints: zeroPoints)
        else { return nil }
        self.name = name
        operatorType = node.operatorType
        shape = weight.shape
        (weightCount, zeroCount) = (mask.count, mask.zeroCount)
        if arrangement.inputs > 1 {
            let found = mask.emptyBlocks(outputs: 16, inputs: 4)
            kernelBlocks = (found.empty, found.all)
        } else {
            kernelBlocks = nil
        }
        pattern = mask.pattern(also: claimed.map { [$0] } ?? [])
        let found = claimed.flatMap { mask.emptyBlocks(of: $0) }
        claimedDensity = found.map { 1 - Double($0.empty) / Double($0.all) }
        keepsClaimedShare = claimed.map { mask.keepsShare(of: $0) } ?? true
    }
}

/// Finds the weights of a graph as its file has them: constants, behind a DequantizeLinear or not.
struct GraphWeights {
    private let graph: Graph
    private let producers: [String: Node]

    init(_ graph: Graph) {
        self.graph = graph
        producers = Dictionary(
            graph.nodes.flatMap { node in node.outputs.map { ($0, node) } }, uniquingKeysWith: { first, _ in first })
    }

    /// A layer's weight, how it lies in memory, and its zero points if it is one of integers.
    func weight(of node: Node) -> (Tensor, WeightArrangement, zeroPoints: [Int]?)? {
        // A node that cannot be decoded has no weight to speak of; running it says what is wrong.
        guard let typed = try? graph.decode(node), let linear = LinearWeight(typed),
            let name = node.input(linear.position)
        else { return nil }
        if let weight = constant(name), let arrangement = linear.arrangement(weight.shape) {
            guard [.int8, .uint8].contains(weight.elementType) else { return (weight, arrangement, nil) }
            return (weight, arrangement, zeroPoints(linear.zeroPointPosition.flatMap { node.input($0) }))
        }
        guard let dequantize = producers[name], dequantize.operatorType == "DequantizeLinear",
            let stored = dequantize.input(0), let weight = constant(stored),
            let arrangement = linear.arrangement(weight.shape)
        else { return nil }
        return (weight, arrangement, zeroPoints(dequantize.input(2)))
    }

    private func zeroPoints(_ name: String?) -> [Int] {
        guard let found = name.flatMap({ constant($0)?.integers() }), let first = found.first else { return [0] }
        return found.allSatisfy { $0 == first } ? [first] : found
    }

    /// An initializer, or what a Constant makes.
    private func constant(_ name: String) -> Tensor? {
        if let tensor = graph.constant(name) { return tensor }
        guard let node = producers[name], node.operatorType == "Constant",
            case .tensor(let tensor)? = node.attributes["value"]
        else { return nil }
        return tensor
    }
}
