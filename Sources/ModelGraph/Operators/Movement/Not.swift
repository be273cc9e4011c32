import Tensors

/// The other truth value. ONNX Not 1.
package struct Not: Operator {
    package static let identifier = OperatorIdentifier("Not")
    /// It never changed, and the ONNX node tests still import opset 1.
    package static let opsets = 1...25
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: [.bool])]
    }
}
