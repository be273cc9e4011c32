import ModelGraph
import Tensors

/// A numpy matrix product whose right operand is one constant matrix: one product of all rows of the left stack.
package struct ConstantMatrixProduct {
    package let rows: Int
    package let depth: Int
    package let columns: Int

    /// - Parameters:
    ///   - a: position of the left operand, which is computed.
    ///   - b: position of the right operand.
    /// - Returns: nil where `b` is no constant, is a stack of matrices, or where sizes are beyond the kernel.
    package init?(_ step: StepOperands, a: Int, b: Int) {
        guard let left = step.input(a), left.constant == nil, let right = step.input(b), right.constant != nil,
            let shape = try? MatrixProductShape(a: left.type.shape, b: right.type.shape),
            shape.b.dropLast(2).allSatisfy({ $0 == 1 }), shape.depth > 0
        else { return nil }
        rows = left.type.elementCount / shape.depth
        depth = shape.depth
        columns = shape.columns
        guard GemmU8BlockProblem.takes(rows: rows, depth: depth, columns: columns) else { return nil }
    }
}
