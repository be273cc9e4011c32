import Tensors

/// The shapes of a numpy matrix product: stacks of matrices that broadcast; 1-d operands are a row and a column.
package struct MatrixProductShape: Sendable {
    /// The operands as stacks of matrices, `[batch..., rows, depth]` and `[batch..., depth, columns]`.
    package let a: [Int]
    package let b: [Int]
    /// The broadcast batch dimensions.
    package let batch: [Int]
    /// The product's shape, without the dimension that a 1-d operand lacks.
    package let output: [Int]

    package var rows: Int { a[a.count - 2] }
    package var depth: Int { a[a.count - 1] }
    package var columns: Int { b[b.count - 1] }

    package init(a: [Int], b: [Int]) throws(HoneError) {
        guard !a.isEmpty, !b.isEmpty else {
            throw HoneError(.invalidModel, "operands of shapes \(a) and \(b): a matrix product takes no scalar")
        }
        self.a = a.count == 1 ? [1] + a : a
        self.b = b.count == 1 ? b + [1] : b
        let (aBatch, bBatch) = (self.a.dropLast(2), self.b.dropLast(2))
        guard self.a[self.a.count - 1] == self.b[self.b.count - 2],
            let batch = broadcastShape([Array(aBatch), Array(bBatch)])
        else { throw HoneError(.invalidModel, "shapes \(a) and \(b) do not multiply") }
        self.batch = batch
        let rows = a.count == 1 ? [] : [self.a[self.a.count - 2]]
        let columns = b.count == 1 ? [] : [self.b[self.b.count - 1]]
        output = batch + rows + columns
    }

    /// The shape of a parameter for each row of `a`: `[batch..., rows, 1]`.
    package var rowParameters: [Int] { a.dropLast() + [1] }

    /// The shape of a parameter for each column of `b`: `[batch..., 1, columns]`.
    package var columnParameters: [Int] { b.dropLast(2) + [1, columns] }

    /// The shape that a parameter of `a` broadcasts from: one element, `[rows]` (1-d is per row), or with all dimensions.
    ///
    /// - Returns: nil if `shape` is none of these.
    package func rowParameter(_ shape: [Int]) -> [Int]? {
        if shape == [] || shape == [1] { return [] }
        let aligned = shape.count == 1 ? shape + [1] : shape
        return broadcastShape([aligned, rowParameters]) == rowParameters ? aligned : nil
    }

    /// The same for a parameter of `b`: one element, `[columns]`, or with all dimensions.
    package func columnParameter(_ shape: [Int]) -> [Int]? {
        if shape == [] || shape == [1] { return [] }
        return broadcastShape([shape, columnParameters]) == columnParameters ? shape : nil
    }
}
