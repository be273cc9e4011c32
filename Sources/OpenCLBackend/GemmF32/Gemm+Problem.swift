import Lowering
import ModelGraph
import Tensors

extension Gemm {
    /// Row-major operands; none for elements other than float32, and where there is nothing to compute.
    func productArrangements(_ step: StepOperands) -> [Arrangement] {
        guard let a = step.input(0), let b = step.input(1), let y = step.output(0),
            [a, b, y].allSatisfy({ $0.type.elementType == .float32 && $0.type.suitsKernels })
        else { return [] }
        let positions = step.inputs.indices.filter { step.input($0) != nil }
        guard step.input(2).map({ $0.type.suitsKernels }) ?? true else { return [] }
        return [
            Arrangement(
                inputs: Dictionary(uniqueKeysWithValues: positions.map { ($0, .rowMajor) }), outputs: [0: .rowMajor])
        ]
    }

    /// - Precondition: `productArrangements` gave one.
    /// - Throws: `.unsupported` if a size does not fit 32 bits; `.outOfMemory`.
    func launches(
        _ step: StepOperands, activation: FusedActivation, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        guard let a = step.input(0), let b = step.input(1), let y = step.output(0) else {
            preconditionFailure("a product without operands")
        }
        let shape = try GemmShape(
            a: a.type.shape, b: b.type.shape, transposesA: transposesA, transposesB: transposesB)
        var problem = GemmF32Problem(
            rows: shape.rows, depth: shape.depth, columns: shape.columns, left: a.id, right: b.id, output: y.id)
        (problem.transposesLeft, problem.transposesRight) = (transposesA, transposesB)
        (problem.alpha, problem.activation) = (alpha, activation)
        if let c = step.input(2) {
            let strides = broadcastStrides(c.type.shape, to: shape.output)
            problem.addend = (c.id, strides[0], strides[1], beta)
        }
        return try problem.launches(maker)
    }
}
