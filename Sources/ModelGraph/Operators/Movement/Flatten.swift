import Tensors

/// Two dimensions: all before `axis`, and all from it on. ONNX Flatten 1, 9, 11, 13, 21.
package struct Flatten: Operator {
    package static let identifier = OperatorIdentifier("Flatten")
    package static let inputCount = 1...1

    package let axis: Int

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axis = try attributes.int("axis", default: 1)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let axis = try Operands.axis(axis, rank: type.rank, inclusive: true)
        let shape = [
            try CheckedDimension.product(type.shape[..<axis]), try CheckedDimension.product(type.shape[axis...]),
        ]
        return [TensorType(type.elementType, shape)]
    }
}
