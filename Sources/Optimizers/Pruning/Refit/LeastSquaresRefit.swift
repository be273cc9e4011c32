import Runtime

/// Fits the kept weights of a layer, and its biases, to the outputs that it is to have.
///
/// For the outputs of a block row and their kept columns K, `W = (C_K + r W_0) (H_KK + r)^-1`, with H the sums of products of
/// the inputs, C those with the targets, and a ridge r that draws towards the weights before (methods: Hubara et al. 2021,
/// arXiv:2006.10518; the ridge makes inputs that were never seen keep their weights). All outputs of a block row share one
/// Cholesky factor, in double.
struct LeastSquaresRefit {
    let moments: LayerMoments
    /// The weights to stay near to.
    let original: LayerMatrix
    /// A share of the mean square of the inputs.
    let ridge: Double

    /// Rows whose factors are larger are fitted one after the other, all threads in each.
    private static let sharedLimit = 1024

    /// The best weights under a mask; nil if a factor does not exist.
    func refitted(_ mask: BlockMask) -> LayerMatrix? {
        var result = mask.masked(original)
        let grid = mask.grid
        var fitted = [[[Double]]?](repeating: nil, count: grid.rows.count)
        let isShared = grid.rows.count > 1 && moments.columns <= LeastSquaresRefit.sharedLimit
        fitted.withUnsafeMutableBufferPointer { fitted in
            nonisolated(unsafe) let fitted = fitted
            if isShared {
                HostThreads.forEach(count: grid.rows.count) { row in
                    HostThreads.$limit.withValue(1) { fitted[row] = lines(mask, row) }
                }
            } else {
                for row in grid.rows.indices { fitted[row] = lines(mask, row) }
            }
        }
        for (row, outputs) in grid.rows.enumerated() {
            guard let lines = fitted[row] else { return nil }
            let columns = mask.columns(ofRow: row)
            for (line, output) in zip(lines, outputs) {
                for (place, column) in columns.enumerated() {
                    result.weights[output * result.columns + column] = line[place]
                }
                if original.canHaveBias, let bias = line.last { result.bias[output] = bias }
            }
        }
        return result
    }

    /// What is added to the diagonal of a group.
    private func ridge(_ group: Int) -> Double { ridge * moments.meanSquare(group) }

    /// The weights of a block row at its kept columns, and where there is one the bias.
    private func lines(_ mask: BlockMask, _ row: Int) -> [[Double]]? {
        let group = mask.grid.group(ofRow: row)
        let kept = mask.columns(ofRow: row)
        let columns = kept + (original.canHaveBias ? [moments.columns] : [])
        guard !columns.isEmpty else { return mask.grid.rows[row].map { _ in [] } }
        let outputs = mask.grid.rows[row]
        let ridge = ridge(group)
        // Nothing ever came in: weights stay.
        guard ridge > 0 else {
            return outputs.map { output in
                kept.map { original.weights[output * original.columns + $0] }
                    + (original.canHaveBias
                        ? [moments.cross(output, moments.columns) / Double(moments.rowCount)] : [])
            }
        }
        guard let factor = factor(group, columns, ridge) else { return nil }
        var lines = outputs.map { output in
            columns.map { column in
                let drawn = column < moments.columns ? ridge * original.weights[output * original.columns + column] : 0
                return moments.cross(output, column) + drawn
            }
        }
        let count = lines.count
        lines.withUnsafeMutableBufferPointer { lines in
            nonisolated(unsafe) let lines = lines
            HostThreads.forEach(count: count) { factor.solve(&lines[$0]) }
        }
        return lines.allSatisfy { $0.allSatisfy(\.isFinite) } ? lines : nil
    }

    private func factor(_ group: Int, _ columns: [Int], _ ridge: Double) -> CholeskyFactor? {
        CholeskyFactor(size: columns.count) { row, column in
            moments.input(group, columns[row], columns[column])
                + (row == column && columns[row] < moments.columns ? ridge : 0)
        }
    }

    /// The inverse of a group's whole matrix, row-major, with the bias where there is one; nil if it has none.
    func inverse(group: Int) -> [Double]? {
        let ridge = ridge(group)
        guard ridge > 0 else { return nil }
        let columns = Array(0..<(moments.columns + (original.canHaveBias ? 1 : 0)))
        guard let factor = factor(group, columns, ridge) else { return nil }
        let size = columns.count
        var inverse = [Double](repeating: 0, count: size * size)
        inverse.withUnsafeMutableBufferPointer { inverse in
            nonisolated(unsafe) let inverse = inverse
            HostThreads.forEach(count: size) { row in
                var line = [Double](repeating: 0, count: size)
                line[row] = 1
                factor.solve(&line)
                for column in 0..<size { inverse[row * size + column] = line[column] }
            }
        }
        return inverse
    }
}
