import Tensors

/// The greatest element over axes; a NaN wins; of nothing it is -infinity or the lowest integer. ONNX ReduceMax 1 to 20.
package struct ReduceMax: AxisReduction {
    package static let identifier = OperatorIdentifier("ReduceMax")

    package let axes: ReductionAxes

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        axes = try ReductionAxes(&attributes, inputSince: 18)
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        try reducedTypes(operands, allowed: .all)
    }
}
