import ModelGraph
import Runtime
import Tensors

/// A product of two float matrices of which the right one is constant: what Gemm and MatMul have in common.
package struct FloatProduct {
    package let rows: Int
    package let depth: Int
    package let columns: Int
    /// Whether the left matrix lies as `[depth, rows]`.
    package var transposesLeft = false
    /// The right matrix, and whether it lies as `[columns, depth]`.
    package let right: Tensor
    package var transposesRight = false
    package var alpha: Float = 1
    /// What is added: `[rows, columns]`, or a shape that broadcasts to it, already scaled.
    package var addend: Tensor?
    package var activation = FusedActivation.none

    /// The product of a Gemm.
    ///
    /// - Returns: nil where the definition must run.
    package init?(_ gemm: Gemm, activation: FusedActivation, _ step: StepOperands) {
        guard let a = step.input(0), let b = step.input(1), let right = b.constant,
            a.type.elementType == .float32, right.elementType == .float32,
            let shape = try? GemmShape(
                a: a.type.shape, b: b.type.shape, transposesA: gemm.transposesA, transposesB: gemm.transposesB)
        else { return nil }
        if let c = step.input(2) {
            guard let constant = c.constant, constant.elementType == .float32 else { return nil }
            let beta = gemm.beta
            addend = Tensor(
                constant.withElements(of: Float.self) { $0.map { beta * $0 } }, shape: constant.shape)
        }
        (rows, depth, columns) = (shape.rows, shape.depth, shape.columns)
        (transposesLeft, transposesRight) = (gemm.transposesA, gemm.transposesB)
        (self.right, alpha, self.activation) = (right, gemm.alpha, activation)
        guard isOfKernelSize else { return nil }
    }

    /// The product of a MatMul whose right operand is one matrix; stacks of left ones are so many more rows.
    ///
    /// - Returns: nil where the definition must run.
    package init?(_ step: StepOperands) {
        guard let a = step.input(0), let b = step.input(1), let right = b.constant,
            a.type.elementType == .float32, right.elementType == .float32, right.shape.count == 2,
            let depth = a.type.shape.last, depth == right.shape[0], a.type.elementCount > 0
        else { return nil }
        (self.depth, columns, self.right) = (depth, right.shape[1], right)
        rows = a.type.elementCount / depth
        guard isOfKernelSize else { return nil }
    }

    /// Whether there is something to compute, and offsets hold it.
    private var isOfKernelSize: Bool {
        let limit = Int(Int32.max)
        guard rows > 0, depth > 0, columns > 0, rows < limit, depth < limit, columns < limit else { return false }
        return rows * depth < limit && (columns + 16) * depth < limit && rows * (columns + 16) < limit
    }

    /// Row-major operands.
    package static let arrangement = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
}
