import Tensors

/// The largest element of each plane. ONNX GlobalMaxPool 1, 22.
package struct GlobalMaxPool: Operator {
    package static let identifier = OperatorIdentifier("GlobalMaxPool")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.globalPoolType(.floats)]
    }
}
