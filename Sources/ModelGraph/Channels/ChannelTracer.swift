import Tensors

/// Follows channels through a graph, node by node, and ties the axes that each operator ties.
///
/// Only what moves with channels gets axes: batch and spatial dimensions have none (nil), and what an operator ties to such a
/// dimension stays as it is. Constants get axes where a node reads them, one set for each reader.
struct ChannelTracer {
    /// A constant as one node reads it.
    struct ConstantUse {
        let node: Int
        let input: Int
        /// By dimension.
        var axes: [Int?]
        /// Of the weights of a grouped convolution: the axis of its input, of which each group reads a part of its own.
        var groupedInput: (axis: Int, groups: Int)?
    }

    /// What a node says of sizes, to be rewritten when channels go.
    enum SizeOperand {
        case split(node: Int, outputs: [Int])
        case slice(node: Int, dimension: Int, rank: Int, input: Int, output: Int, start: Int)
        case pad(node: Int, dimension: Int, rank: Int, whole: Int, before: Int, count: Int)
        case reshape(node: Int, axes: [Int?])
        case depthwise(node: Int, input: Int)
    }

    let graph: Graph
    let inferred: InferredTypes
    var ties = AxisTies()
    /// By value name: the axis of each dimension.
    var values: [String: [Int?]] = [:]
    var constants: [ConstantUse] = []
    var sizeOperands: [SizeOperand] = []

    /// - Parameter inferred: of the same graph.
    init(_ graph: Graph, _ inferred: InferredTypes) {
        (self.graph, self.inferred) = (graph, inferred)
        for index in graph.nodes.indices { trace(index) }
        for output in graph.outputs {
            for axis in values[output.name] ?? [] { ties.freeze(axis, "it is part of the output '\(output.name)'") }
        }
    }

    /// What a node's operands are, as far as they are known.
    func operands(_ node: Node) -> Operands {
        Operands(
            types: node.inputs.map { $0.isEmpty ? nil : inferred.types[$0] },
            values: node.inputs.map { $0.isEmpty ? nil : inferred.values[$0] }, outputCount: node.outputs.count)
    }

    func shape(_ node: Node, _ input: Int) -> [Int]? { node.input(input).flatMap { inferred.types[$0]?.shape } }

    func outputShape(_ node: Node, _ output: Int = 0) -> [Int]? {
        output < node.outputs.count ? inferred.types[node.outputs[output]]?.shape : nil
    }

    /// The axes of an input, nil where it is absent. Those of a constant are new.
    ///
    /// - Parameter dimensions: which ones the operator ties, for a constant; nil for all.
    mutating func axes(_ index: Int, _ input: Int, dimensions: Set<Int>? = nil) -> [Int?]? {
        let node = graph.nodes[index]
        guard let name = node.input(input), let shape = inferred.types[name]?.shape else { return nil }
        guard graph.constant(name) != nil else {
            return values[name] ?? [Int?](repeating: nil, count: shape.count)
        }
        var axes = [Int?](repeating: nil, count: shape.count)
        for (dimension, size) in shape.enumerated() where size > 1 && dimensions?.contains(dimension) ?? true {
            axes[dimension] = ties.newAxis(size)
        }
        constants.append(ConstantUse(node: index, input: input, axes: axes))
        return axes
    }

    /// Says what axes an output has. Those without channels have none: a dimension of one element, above all.
    mutating func set(_ index: Int, _ axes: [Int?], output: Int = 0) {
        let node = graph.nodes[index]
        guard output < node.outputs.count, !node.outputs[output].isEmpty, let shape = outputShape(node, output),
            shape.count == axes.count
        else {
            for axis in axes { ties.freeze(axis, reason(index)) }
            return
        }
        values[node.outputs[output]] = axes
    }

    /// Why a node keeps channels from moving.
    func reason(_ index: Int) -> String {
        let node = graph.nodes[index]
        return "\(node.qualifiedType) '\(node.selectionLabel)' needs them as they are"
    }

    /// For operators that nobody described: what they read stays as it is.
    mutating func freezeInputs(_ index: Int) {
        for input in graph.nodes[index].inputs {
            for axis in values[input] ?? [] { ties.freeze(axis, reason(index)) }
        }
        for use in constants.reversed() {
            guard use.node == index else { break }
            for axis in use.axes { ties.freeze(axis, reason(index)) }
        }
    }

    private mutating func trace(_ index: Int) {
        let node = graph.nodes[index]
        guard node.outputs.allSatisfy({ $0.isEmpty || inferred.types[$0] != nil }), index < inferred.operators.count
        else { return freezeInputs(index) }
        let typed = inferred.operators[index]
        // In turn: each family takes the operators that it knows.
        if traceLinear(index, typed) || traceQuantized(index, typed) || traceElementwise(index, typed)
            || traceMovement(index, typed)
        {
            return
        }
        freezeInputs(index)
    }
}

extension Node {
    /// How reasons call the node: its name, or its first output where it has none.
    fileprivate var selectionLabel: String { name.isEmpty ? outputs.first { !$0.isEmpty } ?? "" : name }
}
