import Tensors

/// Repeats the whole tensor along each axis. ONNX Tile 6, 13.
package struct Tile: Operator {
    package static let identifier = OperatorIdentifier("Tile")
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package var planTimeInputs: [Int] { [1] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let repeats = try operands.requiredVector(1)
        guard repeats.count == type.rank, repeats.allSatisfy({ $0 >= 0 }) else {
            throw HoneError(.invalidModel, "\(type) cannot be repeated \(repeats) times")
        }
        var shape = type.shape
        for (axis, count) in repeats.enumerated() { shape[axis] = try CheckedDimension.multiply(shape[axis], count) }
        return [TensorType(type.elementType, shape)]
    }
}
