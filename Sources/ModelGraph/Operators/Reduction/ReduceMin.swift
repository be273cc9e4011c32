import Tensors

/// The least element over axes; a NaN wins; of nothing it is infinity or the highest integer. ONNX ReduceMin 1 to 20.
package struct ReduceMin: AxisReduction {
    package static let identifier = OperatorIdentifier("ReduceMin")

    package let axes: ReductionAxes

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axes = try ReductionAxes(&attributes, inputSince: 18)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        try reducedTypes(operands, allowed: .all)
    }
}
