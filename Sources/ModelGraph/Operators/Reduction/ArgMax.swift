import Tensors

/// The index of the greatest element along an axis, the first of equals unless the last is asked for; a NaN wins.
/// ONNX ArgMax 1, 11, 12, 13.
package struct ArgMax: Operator {
    package static let identifier = OperatorIdentifier("ArgMax")
    package static let inputCount = 1...1

    package let axis: Int
    package let keepsDimension: Bool
    package let selectsLast: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axis = try attributes.int("axis", default: 0)
        keepsDimension = try attributes.flag("keepdims", default: true)
        selectsLast = attributes.opset >= 12 ? try attributes.flag("select_last_index", default: false) : false
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: .numeric)
        let axis = try Operands.axis(axis, rank: x.rank)
        guard x.shape[axis] > 0 else {
            throw HoneError(.invalidModel, "\(x) has nothing along axis \(axis) to choose from")
        }
        var shape = x.shape
        if keepsDimension { shape[axis] = 1 } else { shape.remove(at: axis) }
        return [TensorType(.int64, shape)]
    }
}
