import ModelGraph
import Tensors

extension QGemm {
    /// Row-major rows; none where the definition must run.
    package func productArrangements(_ step: StepOperands) -> [Arrangement] {
        guard step.input(0) != nil, step.input(0)?.constant == nil, step.input(3)?.constant != nil,
            let shape = shape(step),
            GemmU8BlockProblem.takes(rows: shape.rows, depth: shape.depth, columns: shape.columns),
            step.areConstant([1, 2, 7, 8]), step.areConstant([4, 5, 6], elements: shape.columns),
            // An addend with a value for each row is rare.
            step.input(6).map({ $0.type.elementCount == 1 || $0.type.shape.last == shape.columns }) ?? true
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
            let shape = shape(step)
        else { preconditionFailure("prepared for operands that have no arrangement") }
        let aScale = try step.scales(1, "a_scale")[0]
        // `(alpha * a_scale) * b_scale`, then `/ y_scale` (NUMERICS.md).
        let scales = try step.scales(4, "b_scale").map { alpha * aScale * $0 }
        let result: GemmU8BlockProblem.Result
        if step.input(7) != nil, let yZeroPoint = step.integers(8).first {
            let yScale = try step.scales(7, "y_scale")[0]
            result = .quantized(
                multipliers: scales.map { $0 / yScale }, zeroPoint: yZeroPoint,
                range: output.type.elementType.storedRange(bounds))
        } else {
            result = .real(multipliers: scales)
        }
        return GemmU8BlockProblem(
            rows: shape.rows, depth: shape.depth, columns: shape.columns, input: a, transposesInput: transposesA,
            inputZeroPoint: step.rowZeroPoint(2), weights: weights, weightsPosition: 3, transposesWeights: transposesB,
            weightZeroPoints: step.columnZeroPoints(5),
            starts: step.input(6)?.constant?.elements(as: Int32.self) ?? [0],
            output: output, result: result)
    }

    private func shape(_ step: StepOperands) -> GemmShape? {
        guard let a = step.input(0)?.type.shape, let b = step.input(3)?.type.shape else { return nil }
        return try? GemmShape(a: a, b: b, transposesA: transposesA, transposesB: transposesB)
    }
}
