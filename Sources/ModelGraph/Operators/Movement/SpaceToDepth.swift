import Tensors

/// Moves blocks of pixels into channels, the position in the block outermost. ONNX SpaceToDepth 1, 13.
package struct SpaceToDepth: Operator {
    package static let identifier = OperatorIdentifier("SpaceToDepth")
    package static let inputCount = 1...1

    package let blockSize: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        blockSize = try attributes.blockSize()
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        guard type.rank == 4, type.shape[2] % blockSize == 0, type.shape[3] % blockSize == 0 else {
            throw HoneError(
                .invalidModel, "\(type) must have four dimensions, the last two multiples of \(blockSize)")
        }
        let area = try CheckedDimension.multiply(blockSize, blockSize)
        let shape = [
            type.shape[0], try CheckedDimension.multiply(type.shape[1], area), type.shape[2] / blockSize,
            type.shape[3] / blockSize,
        ]
        return [TensorType(type.elementType, shape)]
    }
}
