import ModelGraph
import ReferenceBackend
import Tensors

/// Nodes decoded, and run by the reference backend: what float kernels are compared with.
struct FloatTrial {
    var type: String
    var domain = ""
    var opset = 21
    var attributes: [String: AttributeValue] = [:]

    func decoded(inputCount: Int) throws -> any Operator {
        var graph = Graph()
        graph.opsets = ["": opset, honeDomain: 1]
        return try graph.decode(
            Node(
                type, domain: domain, inputs: (0..<inputCount).map { "x\($0)" }, outputs: ["y"], attributes: attributes)
        )
    }

    func type(_ inputs: [Tensor?]) throws -> TensorType {
        let operands = Operands(types: inputs.map { $0?.type }, values: inputs.map { _ in nil }, outputCount: 1)
        return try decoded(inputCount: inputs.count).inferTypes(operands)[0]
    }

    func result(_ inputs: [Tensor?]) throws -> Tensor {
        try ReferenceBackend().evaluate(
            decoded(inputCount: inputs.count), inputs: inputs, outputTypes: [try type(inputs)])[0]
    }
}

extension FusedActivation {
    /// The activation as a node of its own.
    func applied(to tensor: Tensor) throws -> Tensor {
        switch self {
        case .none: tensor
        case .relu: try FloatTrial(type: "Relu").result([tensor])
        case .clip(let low, let high):
            try FloatTrial(type: "Clip", opset: 10, attributes: ["min": .float(low), "max": .float(high)]).result([
                tensor
            ])
        case .leaky(let alpha):
            try FloatTrial(type: "LeakyRelu", attributes: ["alpha": .float(alpha)]).result([tensor])
        }
    }

    /// The attributes of a fused operator with this activation.
    var attributes: [String: AttributeValue] {
        switch self {
        case .none: [:]
        case .relu: ["activation": .string("Relu")]
        case .clip(let low, let high):
            ["activation": .string("Clip"), "activation_min": .float(low), "activation_max": .float(high)]
        case .leaky(let alpha): ["activation": .string("LeakyRelu"), "activation_alpha": .float(alpha)]
        }
    }
}

extension Tensor {
    /// The bits of float elements, every NaN the same.
    var floatBits: [UInt32] {
        withElements(of: Float.self) { $0.map { $0.isNaN ? Float.nan.bitPattern : $0.bitPattern } }
    }
}
