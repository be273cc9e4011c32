import ModelGraph
import Tensors

extension Model {
    /// A shape for every required input: the given one, else the declared one with 1 for an open batch dimension.
    ///
    /// - Throws: `.invalidOption` naming an input whose other dimensions are open, or a name that is no input.
    package func exampleShapes(_ given: [String: [Int]]) throws(HoneError) -> [String: [Int]] {
        for name in given.keys.sorted() where !graph.inputs.contains(where: { $0.name == name }) {
            let known = inputs.map { "'\($0.name)'" }.joined(separator: ", ")
            throw HoneError(.invalidOption, "the model has no input '\(name)'; it has \(known)")
        }
        var shapes: [String: [Int]] = [:]
        for input in inputs {
            if let shape = given[input.name] {
                shapes[input.name] = shape
                continue
            }
            var dimensions = input.shape ?? [nil]
            if input.shape != nil, let first = dimensions.first, first == nil { dimensions[0] = 1 }
            let known = dimensions.compactMap { $0 }
            guard known.count == dimensions.count else {
                throw HoneError(
                    .invalidOption, "the shape of input '\(input)' is open",
                    remedy: "give --shape \(input.name)=1x3x224x224")
            }
            shapes[input.name] = known
        }
        return shapes
    }

    /// Zeros of the shapes that `exampleShapes` gives: a feed to plan or to warm up with.
    package func exampleFeed(_ given: [String: [Int]] = [:]) throws(HoneError) -> [String: Tensor] {
        let shapes = try exampleShapes(given)
        var types: [String: TensorType] = [:]
        for input in inputs {
            types[input.name] = try TensorType.validated(input.elementType ?? .float32, shapes[input.name] ?? [])
        }
        try MemoryLimit.check(
            types.values.reduce(0) { $0 + $1.byteCount }, for: "inputs of the declared shapes",
            remedy: "give smaller shapes with --shape")
        return types.mapValues { Tensor(zeros: $0) }
    }
}
