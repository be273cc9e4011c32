import Tensors

/// Convolution whose every result passes an activation: the bits of `Conv` and the activation one after the other.
///
/// Inputs and attributes are those of ONNX Conv, with `activation` and its parameters besides.
package struct FusedConv: Operator {
    package static let identifier = OperatorIdentifier("Conv", domain: honeDomain)
    package static let opsets = 1...1
    package static let inputCount = 2...3

    package let base: Conv
    package let activation: FusedActivation

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        activation = try FusedActivation(&attributes)
        base = try Conv(&attributes)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] { try base.inferTypes(operands) }
}
