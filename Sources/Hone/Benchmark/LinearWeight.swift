import ModelGraph
import Tensors

/// Where a convolution or a matrix product has its weight, and how that falls into blocks.
struct LinearWeight {
    /// Input position of the weight.
    let position: Int
    /// Input position of its zero point, nil for float operators.
    let zeroPointPosition: Int?
    private let shape: Shape

    private enum Shape {
        case convolution(group: Int)
        case product(isTransposed: Bool)
    }

    /// - Returns: nil for any other operator.
    init?(_ operator: any Operator) {
        switch `operator` {
        case let fused as FusedConv: self.init(fused.base)
        case let fused as FusedQLinearConv: self.init(fused.base)
        case let fused as FusedGemm: self.init(fused.base)
        case let fused as FusedQGemm: self.init(fused.base)
        case let fused as FusedQLinearMatMul: self.init(fused.base)
        case let conv as Conv: self.init(1, nil, .convolution(group: conv.group))
        case let conv as ConvInteger: self.init(1, 3, .convolution(group: conv.group))
        case let conv as QLinearConv: self.init(3, 5, .convolution(group: conv.group))
        case let gemm as Gemm: self.init(1, nil, .product(isTransposed: gemm.transposesB))
        case let gemm as QGemm: self.init(3, 5, .product(isTransposed: gemm.transposesB))
        case is MatMul: self.init(1, nil, .product(isTransposed: false))
        case is MatMulInteger: self.init(1, 3, .product(isTransposed: false))
        case is QLinearMatMul: self.init(3, 5, .product(isTransposed: false))
        default: return nil
        }
    }

    private init(_ position: Int, _ zeroPointPosition: Int?, _ shape: Shape) {
        self.position = position
        self.zeroPointPosition = zeroPointPosition
        self.shape = shape
    }

    var isConvolution: Bool {
        if case .convolution = shape { true } else { false }
    }

    /// The blocks of a weight of that type; nil if it has none.
    func blocks(_ type: TensorType) -> WeightBlocks? {
        switch shape {
        case .convolution(let group): WeightBlocks(convolution: type, group: group)
        case .product(let isTransposed): WeightBlocks(product: type, isTransposed: isTransposed)
        }
    }

    /// How a weight of that shape lies in memory; nil for a shape that is none.
    func arrangement(_ shape: [Int]) -> WeightArrangement? {
        switch self.shape {
        case .convolution(let group): WeightArrangement(convolution: shape, group: group)
        case .product(let isTransposed): WeightArrangement(product: shape, isTransposed: isTransposed)
        }
    }

    /// The share of a node's blocks that hold anything but zeros; nil where its weight is no constant, or has no blocks.
    func density(of node: Node, in graph: Graph) -> Double? {
        guard let name = node.input(position), let weight = graph.constant(name), let blocks = blocks(weight.type)
        else {
            return nil
        }
        let zeroPoint = zeroPointPosition.flatMap { node.input($0) }
        return blocks.density(of: weight, zeroPoints: zeroBytes(zeroPoint, of: weight, in: graph))
    }
}

/// The bytes that stand for zero in a weight: one for all, or one for each output.
func zeroBytes(_ zeroPoint: String?, of weight: Tensor, in graph: Graph) -> [UInt8] {
    guard let zeroPoint, let tensor = graph.constant(zeroPoint), tensor.elementType == weight.elementType,
        tensor.elementType.byteCount == 1, tensor.elementCount > 0
    else { return [0] }
    return tensor.withUnsafeBytes { Array($0) }
}

/// The density of every convolution and matrix product of a graph.
struct LayerDensities {
    /// By the first value that a node makes, which is its own.
    private var densities: [String: Double] = [:]

    /// - Throws: what decoding a node throws.
    init(_ graph: Graph) throws(HoneError) {
        for node in graph.nodes {
            guard let made = node.outputs.first, let linear = LinearWeight(try graph.decode(node)) else { continue }
            densities[made] = linear.density(of: node, in: graph)
        }
    }

    /// nil for a node without weight blocks.
    subscript(_ node: Node) -> Double? { node.outputs.first.flatMap { densities[$0] } }
}
