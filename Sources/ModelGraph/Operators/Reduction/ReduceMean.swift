import Tensors

/// The mean over axes: the sum in row-major order, divided once. ONNX ReduceMean 1, 11, 13, 18.
package struct ReduceMean: AxisReduction {
    package static let identifier = OperatorIdentifier("ReduceMean")

    package let axes: ReductionAxes

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axes = try ReductionAxes(&attributes, inputSince: 18)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        try reducedTypes(operands, allowed: Set<ElementType>.floats.union([.int32, .int64, .uint32, .uint64]))
    }
}
