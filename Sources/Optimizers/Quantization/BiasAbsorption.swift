import ModelGraph
import Tensors

/// Rewrites MatMul + Add of a constant row to Gemm where the operand is known to be a matrix: the bias then joins the
/// int32 accumulator instead of being rounded to eight bits, or added in float.
enum BiasAbsorption {
    static func run(on graph: inout Graph, options: QuantizationOptions) {
        let uses = ValueUses(graph)
        let ranks = StaticRanks(graph)
        var removed: Set<Int> = []
        for (index, product) in graph.nodes.enumerated() {
            guard product.operatorType == "MatMul", product.domain.isEmpty, let left = product.input(0),
                ranks[left] == 2, graph.constant(left) == nil, let right = product.input(1),
                let weights = graph.constant(right), weights.shape.count == 2, weights.elementType == .float32,
                let value = product.outputs.first, let next = uses.onlyConsumer(of: value)
            else { continue }
            let sum = graph.nodes[next]
            guard sum.operatorType == "Add", sum.domain.isEmpty, sum.inputs.count == 2,
                let bias = sum.inputs.first(where: { $0 != value }), let constant = graph.constant(bias),
                constant.elementType == .float32, isRow(constant.shape, columns: weights.shape[1]),
                ![product, sum].contains(where: { isExcluded($0, options) })
            else { continue }
            var gemm = sum
            gemm.operatorType = "Gemm"
            gemm.name = product.name
            gemm.inputs = [left, right, bias]
            graph.nodes[next] = gemm
            removed.insert(index)
        }
        graph.nodes = graph.nodes.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
    }

    /// Whether a shape broadcasts to a matrix of that many columns without making it larger, one value for each column or
    /// for all.
    private static func isRow(_ shape: [Int], columns: Int) -> Bool {
        shape.count <= 2 && shape.dropLast().allSatisfy { $0 == 1 } && [1, columns].contains(shape.last ?? 1)
    }

    private static func isExcluded(_ node: Node, _ options: QuantizationOptions) -> Bool {
        options.excludedNodes.contains(node.name) || options.excludedOperators.contains(node.operatorType)
            || options.excludedOperators.contains("Gemm")
    }
}
