import Tensors

/// `y = x` from 0 on, `slope * x` below; the slope broadcasts to `x`, not the other way. ONNX PRelu 7, 9, 16.
package struct PRelu: Operator {
    package static let identifier = OperatorIdentifier("PRelu")
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let result = try operands.broadcastType(in: .numeric)
        let x = try operands.type(0)
        guard result.shape == x.shape else {
            throw HoneError(
                .invalidModel, "the slope's shape \(try operands.type(1).shape) does not broadcast to \(x.shape)")
        }
        return [x]
    }
}
