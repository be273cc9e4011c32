import Tensors

/// The second input where the first is true, the third elsewhere, with numpy broadcasting. ONNX Where 9, 16.
package struct Where: Operator {
    package static let identifier = OperatorIdentifier("Where")
    package static let opsets = 9...25
    package static let inputCount = 3...3

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let condition = try operands.type(0, in: [.bool])
        let (x, y) = (try operands.type(1), try operands.type(2))
        guard x.elementType == y.elementType, let shape = broadcastShape([condition.shape, x.shape, y.shape]) else {
            throw HoneError(.invalidModel, "\(x) and \(y) are not of one type, or do not broadcast with \(condition)")
        }
        return [TensorType(x.elementType, shape)]
    }
}
