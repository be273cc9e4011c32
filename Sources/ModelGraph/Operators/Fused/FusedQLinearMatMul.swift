import Tensors

/// `QLinearMatMul` whose integers are clamped to `lowest...highest`: a Relu or Clip before the rounding, exactly, since
/// quantizing is monotone. Inputs and other attributes are those of ONNX QLinearMatMul.
package struct FusedQLinearMatMul: Operator {
    package static let identifier = OperatorIdentifier("QLinearMatMul", domain: honeDomain)
    package static let opsets = 1...1
    package static let inputCount = 8...8

    package let base: QLinearMatMul
    package let bounds: ClampBounds

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        bounds = try ClampBounds(&attributes)
        base = try QLinearMatMul(&attributes)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let types = try base.inferTypes(operands)
        for type in types { try bounds.check(type.elementType) }
        return types
    }
}
