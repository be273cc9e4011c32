import ModelGraph
import Tensors

/// The ranks of values, as far as declarations and a few operators tell them.
struct StaticRanks {
    private var ranks: [String: Int] = [:]

    init(_ graph: Graph) {
        for value in Array(graph.declaredTypes.values) + graph.outputs + graph.inputs {
            if let shape = value.shape { ranks[value.name] = shape.count }
        }
        for (name, tensor) in graph.initializers { ranks[name] = tensor.shape.count }
        for node in graph.nodes {
            guard let output = node.outputs.first, ranks[output] == nil, let rank = rank(of: node, graph) else {
                continue
            }
            ranks[output] = rank
        }
    }

    subscript(value: String?) -> Int? { value.flatMap { ranks[$0] } }

    private func rank(of node: Node, _ graph: Graph) -> Int? {
        switch node.operatorType {
        case "Flatten", "Gemm": return 2
        case "Reshape": return node.input(1).flatMap { graph.constant($0) }?.elementCount
        case "MatMul":
            // A matrix on the right keeps the rank of the left operand.
            return self[node.input(1)] == 2 ? self[node.input(0)] : nil
        case "Add", "Sub", "Mul", "Div":
            guard let left = self[node.input(0)], let right = self[node.input(1)] else { return nil }
            return max(left, right)
        case "Relu", "Clip", "LeakyRelu", "Sigmoid", "Tanh", "Identity", "Softmax", "Transpose", "Pad", "Conv",
            "MaxPool", "AveragePool", "GlobalAveragePool", "BatchNormalization", "Concat", "Slice", "QuantizeLinear",
            "DequantizeLinear":
            return self[node.input(0)]
        default: return nil
        }
    }
}
