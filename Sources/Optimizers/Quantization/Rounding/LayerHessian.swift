import Runtime
import Tensors

/// `sum x x^T` over the rows of a layer, for each group and, where a group has more columns than a block may have, for each
/// block of its diagonal.
///
/// Every element is summed over the positions of a sample, and then over the samples in their order: in float32, each
/// operation rounded. Batches and threads cannot change it.
struct LayerHessian {
    /// Neighbouring columns of one group.
    struct Block {
        let group: Int
        let columns: Range<Int>
        fileprivate(set) var gram: GramMatrix

        /// An element of the symmetric matrix.
        subscript(row: Int, column: Int) -> Float { gram[row, column] }
    }

    let rows: LayerRows
    private(set) var blocks: [Block] = []
    /// How many rows were summed, in each group.
    private(set) var rowCount = 0

    /// More columns are cut into blocks.
    static let columnLimit = 8192
    init(_ rows: LayerRows, blockLimit: Int) {
        self.rows = rows
        let parts = (rows.columns + blockLimit - 1) / blockLimit
        for group in 0..<rows.groups {
            for part in 0..<parts {
                let range = (part * rows.columns / parts)..<((part + 1) * rows.columns / parts)
                blocks.append(Block(group: group, columns: range, gram: GramMatrix(size: range.count)))
            }
        }
    }

    /// How much memory the sums of a layer take.
    static func byteCount(_ rows: LayerRows, blockLimit: Int) -> Int {
        let parts = (rows.columns + blockLimit - 1) / blockLimit
        return rows.groups * parts * GramMatrix.byteCount((rows.columns + parts - 1) / parts)
    }

    /// Takes in the layer's input for a batch.
    ///
    /// - Parameter number: of the batch's first sample in the data.
    mutating func add(_ view: TensorView, samples: Int, number: Int) throws(HoneError) {
        let stride = GramMatrix.rowStride(rows.columns)
        var blocks = self.blocks
        self.blocks = []
        defer { self.blocks = blocks }
        let parts = blocks.count / rows.groups
        for sample in 0..<samples {
            try rows.forEachGroup(view, sample: sample, of: samples, number: number + sample, stride: stride) {
                group, rows, count in
                for part in 0..<parts {
                    let first = blocks[group * parts + part].columns.lowerBound
                    blocks[group * parts + part].gram.add(rows, from: first, count: count, rowStride: stride)
                }
                if group == 0 { rowCount += count }
            }
        }
    }
}
