import ModelGraph
import ReferenceBackend
import Tensors

/// What `hone inspect` says of a model: counted, not guessed.
package struct ModelSummary: Sendable {
    package let path: String
    package let name: String
    package let irVersion: Int
    package let opsets: [(domain: String, version: Int)]
    package let inputs: [ModelValue]
    package let outputs: [ModelValue]
    package let operators: [(type: String, count: Int)]
    package let metadata: [(key: String, value: String)]
    /// Elements and bytes of the constants that nodes use.
    package let parameterCount: Int
    package let parameterByteCount: Int
    /// Multiply-accumulates of one run at `shapes`; nil where an open shape leaves them unknown.
    package let multiplyAccumulateCount: Int?
    /// The input shapes that the multiply-accumulates were counted for.
    package let shapes: [String: [Int]]
    /// Which weights are zero, and how they lie together.
    package let sparsity: ModelSparsity

    /// - Parameter shapes: shapes for inputs with open dimensions; an open batch is 1.
    package init(_ model: Model, path: String, shapes given: [String: [Int]]) throws(HoneError) {
        let graph = model.graph
        self.path = path
        name = graph.name
        irVersion = graph.irVersion
        opsets = graph.opsets.sorted { $0.key < $1.key }.map { ($0.key.isEmpty ? "ai.onnx" : $0.key, $0.value) }
        inputs = model.inputs
        outputs = model.outputs
        operators = model.operatorCounts.sorted { $0.value == $1.value ? $0.key < $1.key : $0.value > $1.value }
            .map { ($0.key, $0.value) }
        metadata = graph.metadata
        parameterCount = graph.initializers.values.reduce(0) { $0 + $1.elementCount }
        parameterByteCount = graph.initializers.values.reduce(0) { $0 + $1.type.byteCount }
        sparsity = ModelSparsity(model)
        // A shape that was given must be right; one that is merely open leaves the count unknown.
        let complete = given.isEmpty ? try? model.exampleShapes(given) : try model.exampleShapes(given)
        shapes = complete ?? [:]
        multiplyAccumulateCount = try complete.map { shapes throws(HoneError) in
            try ModelSummary.multiplyAccumulates(of: graph, shapes)
        }
    }

    private static func multiplyAccumulates(of graph: Graph, _ shapes: [String: [Int]]) throws(HoneError) -> Int {
        var types: [String: TensorType] = [:]
        for input in graph.requiredInputs {
            types[input.name] = try TensorType.validated(input.elementType ?? .float32, shapes[input.name] ?? [])
        }
        // Run-time inputs that decide shapes have no values here; such a model has no count without data.
        guard try graph.planTimeInputNames().isDisjoint(with: types.keys) else { return 0 }
        let inferred = try graph.inferTypes(inputTypes: types, inputValues: [:], evaluator: ReferenceBackend())
        var count = 0
        for (node, typed) in zip(graph.nodes, inferred.operators) {
            guard let counting = typed as? any MultiplyAccumulating else { continue }
            let inputs = node.inputs.map { inferred.types[$0] }
            let outputs = node.outputs.map { inferred.types[$0] }
            let (sum, overflow) = count.addingReportingOverflow(
                counting.multiplyAccumulateCount(inputs: inputs, outputs: outputs))
            count = overflow ? Int.max : sum
        }
        return count
    }
}
