import Tensors

/// The mean of each plane. ONNX GlobalAveragePool 1, 22.
package struct GlobalAveragePool: Operator {
    package static let identifier = OperatorIdentifier("GlobalAveragePool")
    package static let inputCount = 1...1

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        [try operands.globalPoolType(.floats)]
    }
}
