import Tensors

/// Concatenation of quantized tensors, each brought to the result's scale: `Q(DQ(x))`. com.microsoft QLinearConcat 1.
///
/// Inputs: scale and zero point of the result, then each tensor with its scale and its zero point.
package struct QLinearConcat: Operator {
    package static let identifier = OperatorIdentifier("QLinearConcat", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 5...variadic

    package let axis: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard let axis = try attributes.int("axis") else {
            throw HoneError(.invalidModel, "attribute axis is missing")
        }
        self.axis = axis
        guard attributes.inputCount % 3 == 2 else {
            throw HoneError(
                .invalidModel, "\(attributes.inputCount) inputs; expected 2, and 3 more for each tensor")
        }
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let element = try operands.type(1, in: .eightBit).elementType
        try operands.checkQuantization(scale: 0, zeroPoint: 1, of: element)
        var result = try operands.type(2, in: [element])
        let axis = try Operands.axis(axis, rank: result.rank)
        for index in stride(from: 2, to: operands.types.count, by: 3) {
            let part = try operands.type(index, in: [element])
            try operands.checkQuantization(scale: index + 1, zeroPoint: index + 2, of: element)
            guard index > 2 else { continue }
            var expected = result.shape
            if part.rank == result.rank { expected[axis] = part.shape[axis] }
            guard part.shape == expected else {
                throw HoneError(
                    .invalidModel,
                    "input \(index) of shape \(part.shape) does not join shape \(result.shape) at axis \(axis)")
            }
            let (size, overflow) = result.shape[axis].addingReportingOverflow(part.shape[axis])
            guard !overflow else {
                throw HoneError(.invalidModel, "the sizes along axis \(axis) are too large to add")
            }
            result.shape[axis] = size
        }
        return [result]
    }
}
