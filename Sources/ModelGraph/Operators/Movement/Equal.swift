import Tensors

/// Whether elements are equal, with numpy broadcasting. ONNX Equal 7, 11, 13, 19.
package struct Equal: Operator {
    package static let identifier = OperatorIdentifier("Equal")
    package static let inputCount = 2...2

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let (a, b) = (try operands.type(0), try operands.type(1))
        guard a.elementType == b.elementType, let shape = broadcastShape([a.shape, b.shape]) else {
            throw HoneError(.invalidModel, "\(a) and \(b) are not of one type, or do not broadcast")
        }
        return [TensorType(.bool, shape)]
    }
}
