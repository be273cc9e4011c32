import ModelGraph
import Tensors

extension MatMulInteger {
    /// Row-major rows; none where the definition must run.
    package func productArrangements(_ step: StepOperands) -> [Arrangement] {
        guard let shape = ConstantMatrixProduct(step, a: 0, b: 1),
            step.input(2).map({ $0.type.elementCount == 1 }) ?? true,
            step.areConstant([3], elements: shape.columns)
        else { return [] }
        var inputs: [Int: OperandLayout] = [0: .rowMajor]
        if let zeroPoint = step.input(2), zeroPoint.constant == nil { inputs[2] = .rowMajor }
        return [Arrangement(inputs: inputs, outputs: [0: .rowMajor])]
    }

    /// The product as kernels see it.
    ///
    /// - Precondition: `productArrangements` gave some.
    package func product(_ step: StepOperands) -> GemmU8BlockProblem {
        guard let a = step.input(0), let weights = step.input(1)?.constant, let output = step.output(0),
            let shape = ConstantMatrixProduct(step, a: 0, b: 1)
        else { preconditionFailure("prepared for operands that have no arrangement") }
        return GemmU8BlockProblem(
            rows: shape.rows, depth: shape.depth, columns: shape.columns, input: a,
            inputZeroPoint: step.rowZeroPoint(2), weights: weights, weightsPosition: 1,
            weightZeroPoints: step.columnZeroPoints(3), output: output, result: .sums)
    }
}
