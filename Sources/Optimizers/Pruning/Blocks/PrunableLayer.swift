import ModelGraph
import Tensors

/// A layer whose weights can be pruned: a convolution, or a product with a constant matrix.
///
/// Its weights are seen as `groups` matrices of `outputsPerGroup` x (`channels` x `taps`).
package struct PrunableLayer: Sendable {
    /// The node, as options name it (`Node.selectionName`).
    package let name: String
    /// Its position in the graph.
    package let index: Int
    package let operatorType: String
    package let weightShape: [Int]

    let groups: Int
    let outputsPerGroup: Int
    /// Inputs of an output at one tap of the kernel.
    let channels: Int
    /// Positions of the kernel; 1 for a product of matrices.
    let taps: Int
    /// Whether weights lie input by input, as in a Gemm that does not transpose them.
    private let isInputMajor: Bool

    /// Inputs of an output.
    var columns: Int { channels * taps }
    var outputs: Int { groups * outputsPerGroup }

    /// The layers of a graph that can be pruned, in its order.
    ///
    /// - Parameter graph: after the portable passes.
    package static func all(in graph: Graph) -> [PrunableLayer] {
        graph.nodes.indices.compactMap { index in
            if case .prunable(let layer)? = PruningCandidate(index, in: graph) { layer } else { nil }
        }
    }

    /// How many blocks its weights hold; for N:M the number of weights, which go one by one.
    package func blockCount(_ pattern: PruningPattern) -> Int { BlockGrid(self, pattern).count }

    /// Why the layer had better stay dense unless it is asked for by name; nil where it had not.
    package func reasonToStayDense(_ pattern: PruningPattern) -> String? {
        guard case .blocks(let rows, let inputs) = pattern, rows * inputs > 1 else {
            return channels <= PrunableLayer.firstLayerChannels && taps > 1 ? fewChannels : nil
        }
        if channels <= PrunableLayer.firstLayerChannels && taps > 1 || channels < inputs { return fewChannels }
        if outputsPerGroup < rows {
            return "its \(outputsPerGroup) outputs do not fill a block of \(rows): no work would be saved"
        }
        return nil
    }

    /// Images have so many channels; what reads them is a small share of a network, and all of it goes through.
    private static let firstLayerChannels = 3

    private var fewChannels: String {
        "it reads \(channels) input channel\(channels == 1 ? "" : "s"): blocks would not be faster"
    }

    /// The position of a weight in its tensor; `column` counts channels, and within each the taps of the kernel.
    func weightIndex(output: Int, column: Int) -> Int {
        isInputMajor ? column * outputsPerGroup + output : output * columns + column
    }

    /// - Precondition: the shape was checked.
    init(name: String, index: Int, node: Node, shape: [Int], groups: Int) {
        (self.name, self.index, operatorType, weightShape) = (name, index, node.operatorType, shape)
        self.groups = groups
        if node.operatorType == "Conv" {
            (outputsPerGroup, channels) = (shape[0] / groups, shape[1])
            taps = shape[2...].reduce(1, *)
            isInputMajor = false
        } else {
            isInputMajor = node.operatorType == "MatMul" || node.intAttribute("transB", default: 0) == 0
            outputsPerGroup = isInputMajor ? shape[1] : shape[0]
            channels = isInputMajor ? shape[0] : shape[1]
            taps = 1
        }
    }
}

/// A node with weights: one that can be pruned, or the reason why not.
enum PruningCandidate {
    case prunable(PrunableLayer)
    case dense(name: String, operatorType: String, shape: [Int], reason: String)

    private static let operators: Set<String> = ["Conv", "ConvTranspose", "Gemm", "MatMul"]

    /// Nil for nodes without constant floating-point weights.
    init?(_ index: Int, in graph: Graph) {
        let node = graph.nodes[index]
        guard node.isStandard, PruningCandidate.operators.contains(node.operatorType), let name = node.selectionName,
            let weights = node.input(1).flatMap({ graph.constant($0) }), weights.elementType.isFloatingPoint
        else { return nil }
        let shape = weights.shape
        if let reason = PruningCandidate.reason(node, weights, graph) {
            self = .dense(name: name, operatorType: node.operatorType, shape: shape, reason: reason)
        } else {
            let groups = node.operatorType == "Conv" ? node.intAttribute("group", default: 1) : 1
            self = .prunable(PrunableLayer(name: name, index: index, node: node, shape: shape, groups: groups))
        }
    }

    /// Why a node's weights cannot be pruned; nil if they can.
    private static func reason(_ node: Node, _ weights: Tensor, _ graph: Graph) -> String? {
        let shape = weights.shape
        guard !shape.contains(0) else { return "its weights are empty" }
        guard weights.floats().allSatisfy(\.isFinite) else { return "its weights are not all finite" }
        let outputs: Int
        switch node.operatorType {
        case "Conv":
            let group = node.intAttribute("group", default: 1)
            guard shape.count == 3 || shape.count == 4, group >= 1, shape[0] % group == 0 else {
                return "its weights of shape \(shape) are not those of a 1-d or 2-d convolution"
            }
            guard shape[1] > 1 else {
                return group == 1 ? "it has one input channel" : "it is depthwise: an output has one input channel"
            }
            outputs = shape[0]
        case "Gemm", "MatMul":
            guard shape.count == 2 else { return "its weights of shape \(shape) are not one matrix" }
            guard node.operatorType == "MatMul" || node.intAttribute("transA", default: 0) == 0 else {
                return "its first operand is transposed"
            }
            guard node.operatorType == "MatMul" || node.floatAttribute("alpha", default: 1).isNormal else {
                return "its alpha leaves nothing of its weights"
            }
            let isTransposed = node.operatorType == "Gemm" && node.intAttribute("transB", default: 0) != 0
            outputs = isTransposed ? shape[0] : shape[1]
        default: return "transposed convolutions are not pruned"
        }
        guard node.operatorType != "MatMul", let name = node.input(2) else { return nil }
        guard let bias = graph.constant(name), bias.elementType.isFloatingPoint, bias.elementCount <= outputs,
            bias.shape.dropLast().allSatisfy({ $0 == 1 }), [1, outputs].contains(bias.elementCount),
            bias.floats().allSatisfy(\.isFinite)
        else { return "its bias is not one constant for each output" }
        return nil
    }
}
