import Tensors

/// What is known of values' types before anyone feeds the graph.
package struct StaticTypes: Sendable {
    /// Types, where every graph input has a fixed declared shape; else empty.
    package private(set) var exact: [String: TensorType] = [:]
    private var elementTypes: [String: ElementType] = [:]
    private var ranks: [String: Int] = [:]

    /// Infers from the declared input types.
    ///
    /// Open dimensions are tried with two sets of sizes; the element types and ranks on which both agree are known. The
    /// first set gives dimension 0 the size 1, since the one rank that hangs on sizes is that of Squeeze without axes.
    package init(_ graph: Graph, evaluator: any OperatorEvaluator) {
        guard let first = StaticTypes.infer(graph, batch: 1, other: 224, evaluator) else { return }
        if graph.inputs.allSatisfy({ $0.shape?.allSatisfy { $0.size != nil } ?? false }) {
            exact = first
            elementTypes = first.mapValues(\.elementType)
            ranks = first.mapValues(\.rank)
            return
        }
        guard let second = StaticTypes.infer(graph, batch: 2, other: 256, evaluator) else { return }
        for (name, type) in first {
            guard let other = second[name] else { continue }
            if type.elementType == other.elementType { elementTypes[name] = type.elementType }
            if type.rank == other.rank { ranks[name] = type.rank }
        }
    }

    package func elementType(_ value: String) -> ElementType? { elementTypes[value] }

    package func rank(_ value: String) -> Int? { ranks[value] }

    private static func infer(
        _ graph: Graph, batch: Int, other: Int, _ evaluator: any OperatorEvaluator
    ) -> [String: TensorType]? {
        var types: [String: TensorType] = [:]
        for input in graph.inputs where graph.constant(input.name) == nil {
            guard let elementType = input.elementType, let dimensions = input.shape else { return nil }
            let shape = dimensions.enumerated().map { index, dimension in dimension.size ?? (index == 0 ? batch : other)
            }
            guard let type = try? TensorType.validated(elementType, shape) else { return nil }
            types[input.name] = type
        }
        // A graph that does not fit the tried sizes is no error here: its types are then not known.
        return try? graph.inferTypes(inputTypes: types, inputValues: [:], evaluator: evaluator).types
    }
}
