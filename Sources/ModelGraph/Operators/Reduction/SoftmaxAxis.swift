import Tensors

/// What a softmax is taken along: one axis from opset 13 on; before, all dimensions from the axis on, as one.
package struct SoftmaxAxis: Sendable {
    package let axis: Int
    package let flattens: Bool

    /// - Parameters:
    ///   - opset: the ai.onnx version that decides the meaning.
    ///   - fallback: the default, if it is not that of `opset`.
    init(_ attributes: inout AttributeReader, opset: Int, default fallback: Int? = nil) throws(HoneError) {
        flattens = opset < 13
        axis = try attributes.int("axis", default: fallback ?? (flattens ? 1 : -1))
    }

    /// The lines of a tensor that each sum to 1.
    package func lines(of shape: [Int]) throws(HoneError) -> AxisLines {
        let axis = try Operands.axis(axis, rank: shape.count)
        return AxisLines(shape, axes: flattens ? axis..<shape.count : axis..<(axis + 1))
    }
}
