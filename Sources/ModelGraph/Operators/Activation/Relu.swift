import Tensors

/// `y = max(x, 0)`. ONNX Relu 6, 13, 14.
package struct Relu: Operator {
    package static let identifier = OperatorIdentifier("Relu")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        // Opsets before 6 had it; exporters still write it.
        attributes.ignore("consumed_inputs")
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.type(0, in: .signed)]
    }
}
