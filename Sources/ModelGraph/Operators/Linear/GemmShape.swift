import Tensors

/// The sizes of `op(A) * op(B)` for two matrices, each transposed or not.
package struct GemmShape: Sendable {
    package let rows: Int
    package let depth: Int
    package let columns: Int

    package init(a: [Int], b: [Int], transposesA: Bool, transposesB: Bool) throws(HoneError) {
        guard a.count == 2, b.count == 2 else {
            throw HoneError(.invalidModel, "operands of shapes \(a) and \(b); expected two matrices")
        }
        rows = transposesA ? a[1] : a[0]
        depth = transposesA ? a[0] : a[1]
        columns = transposesB ? b[0] : b[1]
        guard depth == (transposesB ? b[1] : b[0]) else {
            throw HoneError(
                .invalidModel, "shapes \(a) and \(b) do not multiply with transA \(transposesA), transB \(transposesB)")
        }
    }

    /// The product's shape.
    package var output: [Int] { [rows, columns] }
}

extension Operands {
    /// Checks that an addend broadcasts to a product without making it larger.
    func checkAddend(_ index: Int, elementType: ElementType, output: [Int]) throws(HoneError) {
        guard let addend = optionalType(index) else { return }
        guard addend.elementType == elementType, addend.rank <= output.count,
            broadcastShape([addend.shape, output]) == output
        else {
            throw HoneError(.invalidModel, "C is \(addend), which does not broadcast to \(elementType)\(output)")
        }
    }
}
