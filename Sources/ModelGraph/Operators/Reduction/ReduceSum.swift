import Tensors

/// The sum over axes, in row-major order, integers wrapping. ONNX ReduceSum 1, 11, 13.
package struct ReduceSum: AxisReduction {
    package static let identifier = OperatorIdentifier("ReduceSum")

    package let axes: ReductionAxes

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axes = try ReductionAxes(&attributes, inputSince: 13)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        try reducedTypes(operands, allowed: Set<ElementType>.floats.union([.int32, .int64, .uint32, .uint64]))
    }
}
