import Tensors

/// Matrix product whose every result passes an activation: the bits of `Gemm` and the activation one after the other.
///
/// Inputs and attributes are those of ONNX Gemm, with `activation` and its parameters besides.
package struct FusedGemm: Operator {
    package static let identifier = OperatorIdentifier("Gemm", domain: honeDomain)
    package static let opsets = 1...1
    package static let inputCount = 2...3

    package let base: Gemm
    package let activation: FusedActivation

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        activation = try FusedActivation(&attributes)
        base = try Gemm(&attributes)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] { try base.inferTypes(operands) }
}
