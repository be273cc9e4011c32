import Tensors

/// `y = exp(x)`. ONNX Exp 6, 13.
package struct Exp: Operator {
    package static let identifier = OperatorIdentifier("Exp")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .floats)]
    }
}
