import Tensors

/// `y = min(max(x, lowest), highest)` on quantized integers: Relu and Clip where the parameters are the same on both
/// sides. Unlike ONNX Clip it takes its bounds as attributes, and 8-bit integers at every opset.
package struct Clamp: Operator {
    package static let identifier = OperatorIdentifier("Clamp", domain: honeDomain)
    package static let opsets = 1...1
    package static let inputCount = 1...1

    package let bounds: ClampBounds

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        bounds = try ClampBounds(&attributes)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0, in: .eightBit)
        try bounds.check(type.elementType)
        return [type]
    }
}
