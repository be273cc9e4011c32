import Tensors

/// `y = sqrt(x)`; NaN below zero. ONNX Sqrt 6, 13.
package struct Sqrt: Operator {
    package static let identifier = OperatorIdentifier("Sqrt")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
