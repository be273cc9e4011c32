import ModelGraph
import Tensors

extension QLinearMatMul {
    /// Row-major rows; none where the definition must run.
    package func productArrangements(_ step: StepOperands) -> [Arrangement] {
        guard let shape = ConstantMatrixProduct(step, a: 0, b: 3), step.areConstant([1, 2, 6, 7]),
            step.areConstant([4, 5], elements: shape.columns)
        else { return [] }
        return [Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])]
    }

    /// The product as kernels see it.
    ///
    /// - Parameter bounds: those of a fused activation.
    /// - Precondition: `productArrangements` gave some.
    /// - Throws: `.invalidModel` for a scale that is not finite and positive.
    package func product(_ step: StepOperands, bounds: ClampBounds?) throws(HoneError) -> GemmU8BlockProblem {
        guard let a = step.input(0), let weights = step.input(3)?.constant, let output = step.output(0),
            let shape = ConstantMatrixProduct(step, a: 0, b: 3), let yZeroPoint = step.integers(7).first
        else { preconditionFailure("prepared for operands that have no arrangement") }
        let yScale = try step.scales(6, "y_scale")[0]
        let aScale = try step.scales(1, "a_scale")[0]
        let multipliers = try step.scales(4, "b_scale").map { (aScale * $0) / yScale }
        return GemmU8BlockProblem(
            rows: shape.rows, depth: shape.depth, columns: shape.columns, input: a,
            inputZeroPoint: step.rowZeroPoint(2),
            weights: weights, weightsPosition: 3, weightZeroPoints: step.columnZeroPoints(5), output: output,
            result: .quantized(
                multipliers: multipliers, zeroPoint: yZeroPoint, range: output.type.elementType.storedRange(bounds)))
    }
}
