import Tensors

/// `y = x - max - log(sum(exp(x - max)))` along an axis. ONNX LogSoftmax 1, 11, 13.
package struct LogSoftmax: Operator {
    package static let identifier = OperatorIdentifier("LogSoftmax")
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
