import Tensors

/// `y = exp(x - max) / sum(exp(x - max))` along an axis. ONNX Softmax 1, 11, 13.
package struct Softmax: Operator {
    package static let identifier = OperatorIdentifier("Softmax")
    package static let inputCount = 1...1

    package let axis: SoftmaxAxis

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axis = try SoftmaxAxis(&attributes, opset: attributes.opset)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let x = try operands.type(0, in: .floats)
        _ = try axis.lines(of: x.shape)
        return [x]
    }
}
