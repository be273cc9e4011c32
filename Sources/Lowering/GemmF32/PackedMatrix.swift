import Tensors

/// The right matrix of a float product in groups of 16 columns, `[columns / 16][depth][16]`, zeros past the last column.
package struct PackedMatrix: Sendable {
    package let elements: AlignedArray<Float>
    private let (depth, columns): (Int, Int)
    private let isTransposed: Bool

    /// - Throws: `.outOfMemory`.
    package init(_ product: FloatProduct) throws(HoneError) {
        (depth, columns, isTransposed) = (product.depth, product.columns, product.transposesRight)
        elements = try AlignedArray(zeros: (columns + 15) / 16 * depth * 16, for: "the packed matrix")
        product.right.withElements(of: Float.self) { right in
            forEach { packed, place in elements.address[packed] = right[place] }
        }
    }

    /// Writes the matrix again, as it lay.
    ///
    /// - Parameter matrix: room for all its elements.
    package func unpack(into matrix: UnsafeMutableRawBufferPointer) {
        let matrix = matrix.bindMemory(to: Float.self)
        precondition(matrix.count == depth * columns)
        forEach { packed, place in matrix[place] = elements.address[packed] }
    }

    /// Calls `body` for each element with its index here and in the matrix.
    @inline(__always)
    private func forEach(_ body: (_ packed: Int, _ place: Int) -> Void) {
        for first in stride(from: 0, to: columns, by: 16) {
            for column in first..<min(first + 16, columns) {
                let (origin, pitch) = isTransposed ? (column * depth, 1) : (column, columns)
                for step in 0..<depth { body(first * depth + step * 16 + column - first, origin + step * pitch) }
            }
        }
    }
}
