import ModelGraph
import Tensors

/// A Mul and the Add that alone reads it, each with a constant for every channel: what a batch normalization is where no layer
/// could take it in.
struct ChannelScaling {
    /// What is scaled.
    let input: String
    let scaleNode: Int
    let shiftNode: Int
    /// Which operands of the nodes are the constants, and which one of the Mul is not.
    let scalePosition: Int
    let shiftPosition: Int
    let inputPosition: Int
    let scale: Tensor
    let shift: Tensor
    /// What the Mul makes.
    let scaled: String
    /// What the Add makes.
    let output: String

    /// Those of a graph, in the order of its nodes.
    static func all(in graph: Graph) -> [ChannelScaling] {
        let uses = ValueUses(graph)
        return graph.nodes.indices.compactMap { index in
            guard let first = constantOperand(of: graph.nodes[index], "Mul", graph),
                let scaled = graph.nodes[index].outputs.first, let next = uses.onlyConsumer(of: scaled), next > index,
                let second = constantOperand(of: graph.nodes[next], "Add", graph),
                let output = graph.nodes[next].outputs.first, graph.nodes[next].input(1 - second.position) == scaled,
                let input = graph.nodes[index].input(1 - first.position),
                first.tensor.elementCount == second.tensor.elementCount
            else { return nil }
            return ChannelScaling(
                input: input, scaleNode: index, shiftNode: next, scalePosition: first.position,
                shiftPosition: second.position, inputPosition: 1 - first.position, scale: first.tensor,
                shift: second.tensor, scaled: scaled, output: output)
        }
    }

    /// The one operand that is constant, if it has an element for each channel: `[C, 1, 1]`, with ones before it or without.
    private static func constantOperand(
        of node: Node, _ type: String, _ graph: Graph
    ) -> (position: Int, tensor: Tensor)? {
        guard node.operatorType == type, node.domain.isEmpty || node.domain == "ai.onnx", node.inputs.count == 2
        else { return nil }
        let constants = node.inputs.map { graph.constant($0) }
        guard let position = constants.firstIndex(where: { $0 != nil }), constants[1 - position] == nil,
            let tensor = constants[position], tensor.elementType == .float32, tensor.isFinite,
            tensor.elementCount > 1, tensor.shape.count >= 3
        else { return nil }
        let channels = tensor.shape.count - 3
        let hasOnes = tensor.shape.enumerated().allSatisfy { $0 == channels || $1 == 1 }
        return hasOnes ? (position, tensor) : nil
    }
}
