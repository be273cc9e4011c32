import Tensors

/// `Q(where(condition, DQ(x), DQ(y)))` with numpy broadcasting: the condition; x, its scale, its zero point; the same of y;
/// scale and zero point of the result. com.microsoft QLinearWhere 1.
package struct QLinearWhere: Operator {
    package static let identifier = OperatorIdentifier("QLinearWhere", domain: microsoftDomain)
    package static let opsets = 1...1
    package static let inputCount = 9...9

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let condition = try operands.type(0, in: [.bool])
        let x = try operands.type(1, in: .eightBit)
        let y = try operands.type(4, in: [x.elementType])
        for scale in [2, 5, 7] {
            try operands.checkQuantization(scale: scale, zeroPoint: scale + 1, of: x.elementType)
        }
        guard let shape = broadcastShape([condition.shape, x.shape, y.shape]) else {
            throw HoneError(
                .invalidModel, "shapes \(condition.shape), \(x.shape) and \(y.shape) do not broadcast together")
        }
        return [TensorType(x.elementType, shape)]
    }
}
