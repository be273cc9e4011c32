import Tensors

/// Quantizes to uint8 with the scale and the zero point that the data's own range, widened to hold 0, asks for.
/// ONNX DynamicQuantizeLinear 11.
package struct DynamicQuantizeLinear: Operator {
    package static let identifier = OperatorIdentifier("DynamicQuantizeLinear")
    package static let opsets = 11...25
    package static let inputCount = 1...1
    package static let outputCount = 1...3

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: [.float32])
        return [TensorType(.uint8, x.shape), TensorType(.float32, []), TensorType(.uint8, [])]
    }
}
