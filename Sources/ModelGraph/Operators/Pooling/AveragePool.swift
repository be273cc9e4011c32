import Tensors

/// The mean of each window. ONNX AveragePool 7, 10, 11, 19, 22.
package struct AveragePool: PoolingOperator {
    package static let identifier = OperatorIdentifier("AveragePool")
    package static let inputCount = 1...1

    package let window: WindowAttributes
    package let roundsUp: Bool
    /// Whether zeros of the padding count as elements.
    package let countsPadding: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        let opset = attributes.opset
        window = try WindowAttributes(&attributes, hasDilations: opset >= 19)
        roundsUp = opset >= 10 ? try attributes.flag("ceil_mode", default: false) : false
        countsPadding = try attributes.flag("count_include_pad", default: false)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try outputType(try operands.type(0, in: .floats))]
    }
}
