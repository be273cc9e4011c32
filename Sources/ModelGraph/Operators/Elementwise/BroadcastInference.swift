import Tensors

extension Operands {
    /// The type of an elementwise result: every input has one element type of `allowed`, the shapes broadcast together.
    ///
    /// Source: ONNX "Multidirectional Broadcasting".
    func broadcastType(in allowed: Set<ElementType>) throws(HoneError) -> TensorType {
        let first = try type(0, in: allowed)
        for index in types.indices where try type(index).elementType != first.elementType {
            throw HoneError(
                .invalidModel,
                "inputs have one element type, but input 0 is \(first) and input \(index) is \(try type(index))")
        }
        return TensorType(first.elementType, try broadcastedShape())
    }

    /// The shape that all inputs broadcast to.
    func broadcastedShape() throws(HoneError) -> [Int] {
        let shapes = types.compactMap { $0?.shape }
        guard let shape = broadcastShape(shapes) else {
            let listed = shapes.map(\.description).joined(separator: " and ")
            throw HoneError(.invalidModel, "shapes \(listed) do not broadcast together")
        }
        return shape
    }
}
