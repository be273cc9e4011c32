import Tensors

/// One value throughout a tensor of the given shape. ONNX ConstantOfShape 9, 20, 21.
package struct ConstantOfShape: Operator {
    package static let identifier = OperatorIdentifier("ConstantOfShape")
    package static let opsets = 9...25
    package static let inputCount = 1...1

    /// One element, in the model's own type.
    package let value: Tensor

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        value = try attributes.tensor("value") ?? Tensor([Float(0)])
        guard value.elementCount == 1 else {
            throw HoneError(.invalidModel, "attribute value must have one element, but is \(value.type)")
        }
    }

    package var planTimeInputs: [Int] { [0] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try TensorType.validated(value.elementType, try operands.requiredVector(0))]
    }
}
