import Tensors

/// Picks slices of one axis by index; negative indices count from the end. ONNX Gather 1, 11, 13.
package struct Gather: Operator {
    package static let identifier = OperatorIdentifier("Gather")
    package static let inputCount = 2...2

    package let axis: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axis = try attributes.int("axis", default: 0)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let data = try operands.type(0)
        let indices = try operands.type(1, in: [.int32, .int64])
        let axis = try Operands.axis(axis, rank: data.rank)
        let shape = data.shape[..<axis] + indices.shape + data.shape[(axis + 1)...]
        return [TensorType(data.elementType, Array(shape))]
    }
}
