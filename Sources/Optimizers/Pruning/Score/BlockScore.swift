/// How much each block of a layer matters: what its weights add to the squared output, by themselves.
enum BlockScore {
    /// The score of each block, by its number.
    ///
    /// - Parameters:
    ///   - score: `hessianGreedy` counts as `hessian`.
    ///   - moments: of the layer's inputs; nil counts as `magnitude`.
    static func scores(
        _ score: PruningScore, _ matrix: LayerMatrix, _ grid: BlockGrid, _ moments: LayerMoments?
    ) -> [Double] {
        var scores = [Double](repeating: 0, count: grid.count)
        for (row, outputs) in grid.rows.enumerated() {
            let group = grid.group(ofRow: row)
            for (block, columns) in grid.columns.enumerated() {
                scores[row * grid.columns.count + block] = sum(score, matrix, outputs, columns, group, moments)
            }
        }
        return scores
    }

    private static func sum(
        _ score: PruningScore, _ matrix: LayerMatrix, _ outputs: Range<Int>, _ columns: [Int], _ group: Int,
        _ moments: LayerMoments?
    ) -> Double {
        var total = 0.0
        for output in outputs {
            let start = output * matrix.columns
            for (place, column) in columns.enumerated() {
                let weight = matrix.weights[start + column]
                guard let moments, score != .magnitude else {
                    total += weight * weight
                    continue
                }
                total += weight * weight * moments.input(group, column, column)
                guard score != .activation else { continue }
                for other in columns[..<place] {
                    total += 2 * weight * matrix.weights[start + other] * moments.input(group, column, other)
                }
            }
        }
        return total
    }
}
