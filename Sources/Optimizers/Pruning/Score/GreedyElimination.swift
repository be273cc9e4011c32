import Runtime

/// Exact Optimal Brain Surgeon with blocks: in each block row the block that costs least is taken out, all other weights of
/// the row make up for it, and so on (Hassibi and Stork 1993; Frantar and Alistarh 2022, arXiv:2208.11580, algorithm 1, here
/// with the outputs of a block row sharing one inverse). The losses of all rows are then sorted, and cut at the target.
///
/// The weights that remain are the least-squares solution of their mask, so that only the choice of blocks is kept.
struct GreedyElimination {
    /// More columns take too long: each row costs the cube of their number.
    static let columnLimit = 1200
    /// Multiplications of all rows together, about, that still take seconds.
    static let workLimit = 3e10

    let grid: BlockGrid
    /// By block row: blocks in the order in which they go, each with its loss, which never falls.
    let removals: [[(block: Int, loss: Double)]]

    /// Whether a layer is small enough.
    static func isAffordable(_ grid: BlockGrid) -> Bool {
        let size = Double(grid.columnCount)
        return grid.columnCount <= columnLimit && Double(grid.rows.count) * size * size * size / 3 <= workLimit
    }

    /// Runs all rows to their ends.
    ///
    /// - Parameters:
    ///   - matrix: the least-squares solution without a mask, where losses begin.
    /// - Returns: nil if the Hessian has no factor.
    init?(_ grid: BlockGrid, _ matrix: LayerMatrix, _ refit: LeastSquaresRefit) {
        var inverses: [Int: [Double]] = [:]
        for row in grid.rows.indices where inverses[grid.group(ofRow: row)] == nil {
            guard let inverse = refit.inverse(group: grid.group(ofRow: row)) else { return nil }
            inverses[grid.group(ofRow: row)] = inverse
        }
        var removals = [[(block: Int, loss: Double)]](repeating: [], count: grid.rows.count)
        removals.withUnsafeMutableBufferPointer { removals in
            nonisolated(unsafe) let removals = removals
            HostThreads.forEach(count: grid.rows.count) { row in
                guard let inverse = inverses[grid.group(ofRow: row)] else { return }
                removals[row] = GreedyElimination.eliminate(row, grid, matrix, inverse)
            }
        }
        (self.grid, self.removals) = (grid, removals)
    }

    /// Takes the cheapest blocks of all rows out of a mask that has all of them.
    func mask(sparsity: Double) -> BlockMask {
        var mask = BlockMask(grid)
        let all = removals.enumerated().flatMap { row, list in
            list.enumerated().map { (loss: $1.loss, row: row, step: $0, block: $1.block) }
        }
        let count = grid.share == nil ? BlockMask.zeroCount(grid.count, sparsity: sparsity) : all.count
        for one in all.sorted(by: { ($0.loss, $0.row, $0.step) < ($1.loss, $1.row, $1.step) }).prefix(count) {
            mask.drop(one.row * grid.columns.count + one.block)
        }
        return mask
    }

    private static func eliminate(
        _ row: Int, _ grid: BlockGrid, _ matrix: LayerMatrix, _ inverse: [Double]
    ) -> [(block: Int, loss: Double)] {
        let size = Int(Double(inverse.count).squareRoot().rounded())
        var inverse = inverse
        let outputs = grid.rows[row]
        var weights = outputs.map { output in
            let start = output * matrix.columns
            return Array(matrix.weights[start..<(start + matrix.columns)])
                + [Double](repeating: 0, count: size - matrix.columns)
        }
        var remaining = Array(grid.columns.indices)
        // For N:M, how many blocks of each set may still go.
        var setOf = [Int](repeating: 0, count: grid.columns.count)
        var left: [Int] = []
        for (number, set) in (grid.share?.of ?? []).enumerated() {
            for block in set { setOf[block] = number }
            left.append(max(set.count - (grid.share?.kept ?? 0), 0))
        }
        if grid.share != nil { remaining.removeAll { left[setOf[$0]] == 0 } }
        var removals: [(block: Int, loss: Double)] = []
        var floor = 0.0
        while !remaining.isEmpty {
            var best = (place: 0, loss: Double.infinity, solution: [Double]())
            for (place, block) in remaining.enumerated() {
                let columns = grid.columns[block]
                let solution = smallInverse(columns, inverse, size)
                var loss = 0.0
                for line in weights {
                    for (i, first) in columns.enumerated() {
                        for (j, second) in columns.enumerated() {
                            loss += line[first] * solution[i * columns.count + j] * line[second]
                        }
                    }
                }
                if loss < best.loss { best = (place, loss, solution) }
            }
            guard best.loss.isFinite else { break }
            let block = remaining.remove(at: best.place)
            remove(grid.columns[block], best.solution, &weights, &inverse, size)
            floor = max(floor, best.loss)
            removals.append((block, floor))
            if grid.share != nil {
                left[setOf[block]] -= 1
                if left[setOf[block]] == 0 { remaining.removeAll { setOf[$0] == setOf[block] } }
            }
        }
        return removals
    }

    /// Takes columns out of the weights and of the inverse.
    private static func remove(
        _ columns: [Int], _ solution: [Double], _ weights: inout [[Double]], _ inverse: inout [Double], _ size: Int
    ) {
        let count = columns.count
        // ([H^-1]_CC)^-1 [H^-1]_C,:
        var lines = [Double](repeating: 0, count: count * size)
        for i in 0..<count {
            for j in 0..<count {
                let factor = solution[i * count + j]
                let start = columns[j] * size
                for k in 0..<size { lines[i * size + k] += factor * inverse[start + k] }
            }
        }
        for output in weights.indices {
            for (i, column) in columns.enumerated() {
                let factor = weights[output][column]
                guard factor != 0 else { continue }
                // All columns of the block change together: what the first ones change of the others comes after.
                for k in 0..<size where !columns.contains(k) { weights[output][k] -= factor * lines[i * size + k] }
            }
            for column in columns { weights[output][column] = 0 }
        }
        let old = columns.map { column in (0..<size).map { inverse[$0 * size + column] } }
        inverse.withUnsafeMutableBufferPointer { inverse in
            lines.withUnsafeBufferPointer { lines in
                for i in 0..<count {
                    for k in 0..<size {
                        let factor = old[i][k]
                        guard factor != 0 else { continue }
                        for j in 0..<size { inverse[k * size + j] -= factor * lines[i * size + j] }
                    }
                }
            }
        }
        for column in columns {
            for k in 0..<size {
                inverse[column * size + k] = 0
                inverse[k * size + column] = 0
            }
        }
    }

    /// The inverse of the part of a positive definite matrix under some columns, by Gauss and Jordan.
    private static func smallInverse(_ columns: [Int], _ matrix: [Double], _ size: Int) -> [Double] {
        let count = columns.count
        var part = columns.flatMap { row in columns.map { matrix[row * size + $0] } }
        for pivot in 0..<count {
            let scale = 1 / part[pivot * count + pivot]
            for row in 0..<count where row != pivot {
                let factor = part[row * count + pivot] * scale
                for column in 0..<count where column != pivot {
                    part[row * count + column] -= factor * part[pivot * count + column]
                }
                part[row * count + pivot] = -factor
            }
            for column in 0..<count where column != pivot { part[pivot * count + column] *= scale }
            part[pivot * count + pivot] = scale
        }
        return part
    }
}
