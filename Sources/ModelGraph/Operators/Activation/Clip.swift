import Tensors

/// `y = min(max(x, low), high)`, so that `low > high` gives `high`. ONNX Clip 6, 11, 12, 13.
///
/// The bounds are attributes before opset 11, and optional inputs 1 and 2 from then on.
package struct Clip: Operator {
    package static let identifier = OperatorIdentifier("Clip")
    package static let inputCount = 1...3

    /// The bounds given as attributes; nil where there are none or where they are inputs.
    package let low: Float?
    package let high: Float?

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard attributes.opset < 11 else {
            (low, high) = (nil, nil)
            return
        }
        guard attributes.inputCount == 1 else {
            throw HoneError(.invalidModel, "before opset 11 the bounds are attributes, but there are further inputs")
        }
        low = try attributes.float("min")
        high = try attributes.float("max")
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: .numeric)
        for index in 1...2 {
            guard let bound = operands.optionalType(index) else { continue }
            guard bound.elementType == x.elementType, bound.rank <= 1, bound.elementCount == 1 else {
                throw HoneError(.invalidModel, "input \(index) is \(bound); expected one element of \(x.elementType)")
            }
        }
        return [x]
    }
}
