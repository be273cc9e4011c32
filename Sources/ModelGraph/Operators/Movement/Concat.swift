import Tensors

/// Joins tensors along one axis. ONNX Concat 4, 11, 13.
package struct Concat: Operator {
    package static let identifier = OperatorIdentifier("Concat")
    package static let inputCount = 1...variadic

    /// The axis as the file has it: counted from the end if negative.
    package let axis: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard let axis = try attributes.int("axis") else {
            throw HoneError(.invalidModel, "attribute axis is missing")
        }
        self.axis = axis
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        var result = try operands.type(0)
        let axis = try Operands.axis(axis, rank: result.rank)
        for index in operands.types.indices.dropFirst() {
            let type = try operands.type(index)
            var aligned = type
            if aligned.rank == result.rank { aligned.shape[axis] = result.shape[axis] }
            guard aligned == result else {
                throw HoneError(
                    .invalidModel,
                    "input \(index) is \(type), which does not join \(try operands.type(0)) at axis \(axis)")
            }
            result.shape[axis] = try CheckedDimension.add(result.shape[axis], type.shape[axis])
        }
        return [result]
    }
}
