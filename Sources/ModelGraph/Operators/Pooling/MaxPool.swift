import Tensors

/// The largest element of each window, and optionally where it lies in the input. ONNX MaxPool 1, 8, 10, 11, 12, 22.
package struct MaxPool: PoolingOperator {
    package static let identifier = OperatorIdentifier("MaxPool")
    package static let inputCount = 1...1
    package static let outputCount = 1...2

    package let window: WindowAttributes
    package let roundsUp: Bool
    /// Whether indices count the first spatial dimension fastest: ONNX `storage_order` 1.
    package let countsColumnMajor: Bool

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        let opset = attributes.opset
        window = try WindowAttributes(&attributes, hasDilations: opset >= 10)
        roundsUp = opset >= 10 ? try attributes.flag("ceil_mode", default: false) : false
        countsColumnMajor = opset >= 8 ? try attributes.flag("storage_order", default: false) : false
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let output = try outputType(try operands.type(0, in: .floats.union([.uint8, .int8])))
        return [output, try TensorType.validated(.int64, output.shape)]
    }
}
