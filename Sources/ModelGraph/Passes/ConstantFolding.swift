import Tensors

/// Computes what does not depend on the caller's data: nodes with constant inputs, and Shape of values whose type is
/// declared.
///
/// DequantizeLinear stays, since what it dequantizes is what the integer operators read. A node that makes a graph
/// output stays, too: a file whose output is an initializer is refused by some readers.
package struct ConstantFolding: GraphPass {
    package static let name = "constant-folding"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        try foldConstants(in: &graph, keepingDequantization: true, evaluator: evaluator)
    }
}

/// Folds the DequantizeLinear of constants that no integer operator took, once recognition is over.
package struct FoldRemainingConstants: GraphPass {
    package static let name = "remaining-constant-folding"

    package init() {}

    package func run(on graph: inout Graph, evaluator: any OperatorEvaluator) throws(HoneError) -> Int {
        try foldConstants(in: &graph, keepingDequantization: false, evaluator: evaluator)
    }
}

private func foldConstants(
    in graph: inout Graph, keepingDequantization: Bool, evaluator: any OperatorEvaluator
) throws(HoneError) -> Int {
    let operators = try graph.nodes.map { node throws(HoneError) in try graph.decode(node) }
    let dependsOnTypes = operators.contains { type(of: $0).dependsOnTypesOnly }
    let types = dependsOnTypes ? StaticTypes(graph, evaluator: evaluator) : nil
    var budget = FoldingBudget(graph)
    var editor = GraphEditor(graph)
    var changes = 0
    for number in editor.numbers {
        guard let node = editor[number], !(keepingDequantization && node.isDequantizeLinear),
            !node.outputs.contains(where: { editor.isGraphOutput($0) })
        else { continue }
        guard let results = evaluate(node, operators[number], editor, types, &budget, evaluator) else { continue }
        editor.remove(number)
        for (name, tensor) in zip(node.outputs, results) where !name.isEmpty {
            editor.setConstant(name, tensor)
        }
        changes += 1
    }
    if changes > 0 { graph = editor.finish() }
    return changes
}

/// The node's outputs, nil where they are not known or too large, or where computing them fails: the plan will then say
/// why, if the node is ever run.
private func evaluate(
    _ node: Node, _ typed: any Operator, _ editor: GraphEditor, _ types: StaticTypes?, _ budget: inout FoldingBudget,
    _ evaluator: any OperatorEvaluator
) -> [Tensor]? {
    let values = node.inputs.map { $0.isEmpty ? nil : editor.constant($0) }
    let inputTypes = zip(node.inputs, values).map { name, value in value?.type ?? types?.exact[name] }
    let operands = Operands(types: inputTypes, values: values, outputCount: node.outputs.count)
    if type(of: typed).dependsOnTypesOnly {
        guard zip(node.inputs, inputTypes).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
        return (try? typed.outputsFromTypes(operands)) ?? nil
    }
    guard zip(node.inputs, values).allSatisfy({ $0.isEmpty || $1 != nil }) else { return nil }
    // Constant's tensor is taken as it is: the evaluator would pass a double through float32.
    if node.applies("Constant"), case .tensor(let tensor)? = node.attributes["value"] { return [tensor] }
    guard let outputTypes = try? typed.inferTypes(operands), outputTypes.count >= node.outputs.count else { return nil }
    var checked: [TensorType] = []
    for type in outputTypes {
        guard let type = try? TensorType.validated(type.elementType, type.shape) else { return nil }
        checked.append(type)
    }
    guard budget.admits(node, inputs: values.compactMap { $0 }, outputs: checked) else { return nil }
    return try? evaluator.evaluate(typed, inputs: values, outputTypes: checked)
}

/// How much folding may make of a file: a few bytes of ConstantOfShape, Expand or Tile can ask for terabytes, and a few
/// matrix products for hours.
private struct FoldingBudget {
    /// A result may be this large whatever its inputs are.
    private static let smallResult = 1 << 20
    private static let growth = 4
    private static let productLimit = 1 << 34
    private var remainingBytes: Int

    init(_ graph: Graph) {
        let constants = graph.initializers.values.reduce(0) { $0 + $1.type.byteCount }
        remainingBytes = (64 << 20) + FoldingBudget.growth * constants
    }

    mutating func admits(_ node: Node, inputs: [Tensor], outputs: [TensorType]) -> Bool {
        let bytesIn = inputs.reduce(0) { $0 + $1.type.byteCount }
        let limit = min(max(FoldingBudget.smallResult, FoldingBudget.growth * bytesIn), remainingBytes)
        var bytesOut = 0
        for type in outputs {
            bytesOut += type.byteCount
            if bytesOut > limit { return false }
        }
        if ["MatMul", "Gemm", "Conv", "ConvTranspose"].contains(node.operatorType), inputs.count >= 2 {
            let (product, overflow) = inputs[0].elementCount.multipliedReportingOverflow(by: inputs[1].elementCount)
            guard !overflow, product <= FoldingBudget.productLimit else { return false }
        }
        remainingBytes -= bytesOut
        return true
    }
}
