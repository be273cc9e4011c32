import Tensors

/// `Q(softmax(DQ(x)))` along the axis that ai.onnx Softmax of version `opset` means. com.microsoft QLinearSoftmax 1.
package struct QLinearSoftmax: QuantizedUnaryOperator {
    package static let identifier = OperatorIdentifier("QLinearSoftmax", domain: microsoftDomain)

    package let axis: SoftmaxAxis

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        guard let opset = try attributes.int("opset") else {
            throw HoneError(.invalidModel, "attribute opset is missing")
        }
        axis = try SoftmaxAxis(&attributes, opset: opset, default: -1)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try quantizedOperand(operands)
        _ = try axis.lines(of: x.shape)
        return [x]
    }
}
