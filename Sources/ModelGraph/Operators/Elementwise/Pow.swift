import Tensors

/// `c = a ^ b` in the type of `a`. ONNX Pow 7, 12, 13, 15.
///
/// From opset 12 on the exponent may have another element type than the base.
package struct Pow: Operator {
    package static let identifier = OperatorIdentifier("Pow")
    package static let inputCount = 2...2

    private let typesMayDiffer: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) { typesMayDiffer = attributes.opset >= 12 }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        guard typesMayDiffer else { return [try operands.broadcastType(in: .floats)] }
        let base = try operands.type(0, in: Set<ElementType>.floats.union([.int32, .int64]))
        _ = try operands.type(1, in: .numeric)
        return [TensorType(base.elementType, try operands.broadcastedShape())]
    }
}
