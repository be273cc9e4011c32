/// Which blocks of a layer are kept. Blocks that are gone stay gone.
struct BlockMask {
    let grid: BlockGrid
    /// By the number of the block.
    private(set) var kept: [Bool]

    /// Keeps all.
    init(_ grid: BlockGrid) {
        self.grid = grid
        kept = [Bool](repeating: true, count: grid.count)
    }

    var keptCount: Int { kept.count { $0 } }

    /// How many blocks a share of them is, rounded to nearest.
    static func zeroCount(_ count: Int, sparsity: Double) -> Int { Int((sparsity * Double(count)).rounded()) }

    /// Drops the blocks with the lowest scores, until the share `sparsity` of all is gone; where scores are equal, the first.
    ///
    /// With N:M the share counts towards the N that are kept of each M at `final`.
    /// - Parameters:
    ///   - scores: one for each block.
    ///   - final: the sparsity after the last round.
    mutating func drop(to sparsity: Double, of final: Double, scores: [Double]) {
        precondition(scores.count == kept.count)
        guard let share = grid.share else {
            drop(BlockMask.zeroCount(kept.count, sparsity: sparsity), among: 0..<kept.count, scores)
            return
        }
        let progress = final > 0 ? min(sparsity / final, 1) : 0
        for row in grid.rows.indices {
            let first = row * grid.columns.count
            for set in share.of {
                let gone = BlockMask.zeroCount(max(set.count - share.kept, 0), sparsity: progress)
                drop(gone, among: (first + set.lowerBound)..<(first + set.upperBound), scores)
            }
        }
    }

    /// Drops one block.
    mutating func drop(_ block: Int) { kept[block] = false }

    private mutating func drop(_ zeros: Int, among blocks: Range<Int>, _ scores: [Double]) {
        let gone = blocks.count { !kept[$0] }
        guard zeros > gone else { return }
        let order = blocks.filter { kept[$0] }.sorted { (scores[$0], $0) < (scores[$1], $1) }
        for block in order.prefix(zeros - gone) { kept[block] = false }
    }

    /// The columns of a block row that are kept, ascending.
    func columns(ofRow row: Int) -> [Int] {
        let first = row * grid.columns.count
        return grid.columns.indices.filter { kept[first + $0] }.flatMap { grid.columns[$0] }.sorted()
    }

    /// The weights with zeros where blocks are gone.
    func masked(_ matrix: LayerMatrix) -> LayerMatrix {
        var matrix = matrix
        for (row, outputs) in grid.rows.enumerated() {
            for (block, columns) in grid.columns.enumerated() where !kept[row * grid.columns.count + block] {
                for output in outputs {
                    for column in columns { matrix.weights[output * matrix.columns + column] = 0 }
                }
            }
        }
        return matrix
    }
}
