import Tensors

/// The number of elements of a tensor. ONNX Size 1, 13, 19, 21.
package struct Size: Operator {
    package static let identifier = OperatorIdentifier("Size")
    package static let inputCount = 1...1
    package static let dependsOnTypesOnly = true

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func outputsFromTypes(_ operands: Operands) throws(HoneError) -> [Tensor]? {
        [Tensor(scalar: Int64(try operands.type(0).elementCount))]
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        _ = try operands.type(0)
        return [TensorType(.int64, [])]
    }
}
