import CMicrokernels
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
        /// Row-major, lower triangle, rows `stride` apart.
        fileprivate(set) var sums: [Float]
        let stride: Int

        /// An element of the symmetric matrix.
        subscript(row: Int, column: Int) -> Float {
            row >= column ? sums[row * stride + column] : sums[column * stride + row]
        }
    }

    let rows: LayerRows
    private(set) var blocks: [Block] = []
    /// How many rows were summed, in each group.
    private(set) var rowCount = 0

    /// More columns are cut into blocks.
    static let columnLimit = 8192
    /// Rows and columns of a tile.
    private static let lanes = 16

    init(_ rows: LayerRows, blockLimit: Int) {
        self.rows = rows
        let parts = (rows.columns + blockLimit - 1) / blockLimit
        for group in 0..<rows.groups {
            for part in 0..<parts {
                let range = (part * rows.columns / parts)..<((part + 1) * rows.columns / parts)
                let stride = LayerHessian.padded(range.count)
                blocks.append(
                    Block(
                        group: group, columns: range,
                        sums: [Float](repeating: 0, count: stride * stride), stride: stride))
            }
        }
    }

    /// How much memory the sums of a layer take.
    static func byteCount(_ rows: LayerRows, blockLimit: Int) -> Int {
        let parts = (rows.columns + blockLimit - 1) / blockLimit
        let stride = padded((rows.columns + parts - 1) / parts)
        return rows.groups * parts * stride * stride * 4
    }

    /// Rows an odd number of tiles apart: neighbours in a column then lie in different sets of a cache.
    private static func padded(_ count: Int) -> Int { ((count + lanes - 1) / lanes | 1) * lanes }

    /// Takes in the layer's input for a batch.
    ///
    /// - Parameter number: of the batch's first sample in the data.
    mutating func add(_ view: TensorView, samples: Int, number: Int) throws(HoneError) {
        let stride = LayerHessian.padded(rows.columns) + LayerHessian.lanes
        var blocks = self.blocks
        self.blocks = []
        defer { self.blocks = blocks }
        let parts = blocks.count / rows.groups
        for sample in 0..<samples {
            try rows.forEachGroup(view, sample: sample, of: samples, number: number + sample, stride: stride) {
                group, rows, count in
                for part in 0..<parts {
                    LayerHessian.accumulate(&blocks[group * parts + part], rows, count, stride)
                }
                if group == 0 { rowCount += count }
            }
        }
    }

    /// Adds the sums over the rows of one sample, in tiles of 16 by 16.
    private static func accumulate(
        _ block: inout Block, _ rows: UnsafeMutablePointer<Float>, _ count: Int, _ rowStride: Int
    ) {
        let tiles = (block.columns.count + lanes - 1) / lanes
        let (stride, first) = (block.stride, block.columns.lowerBound)
        // Sixteen columns after the other, so that a tile reads memory as it lies.
        var packed = [Float](repeating: 0, count: tiles * count * lanes)
        packed.withUnsafeMutableBufferPointer { packed in
            block.sums.withUnsafeMutableBufferPointer { sums in
                guard let packed = packed.baseAddress, let sums = sums.baseAddress else { return }
                nonisolated(unsafe) let (packed_, sums_, rows_) = (packed, sums, rows)
                let pack = { (tile: Int) in
                    for row in 0..<count {
                        (packed_ + (tile * count + row) * lanes).update(
                            from: rows_ + row * rowStride + first + tile * lanes, count: lanes)
                    }
                }
                let add = { (tile: Int) in
                    for column in 0...tile {
                        mk_add_products_f32(
                            sums_ + tile * lanes * stride + column * lanes, stride, packed_ + tile * count * lanes,
                            lanes, packed_ + column * count * lanes, lanes, count, lanes)
                    }
                }
                // A small matrix is done before other threads have looked up.
                if tiles < 4 {
                    for tile in 0..<tiles { pack(tile) }
                    for tile in 0..<tiles { add(tile) }
                } else {
                    HostThreads.forEach(count: tiles) { pack($0) }
                    // The last tiles are the longest: each task takes one from either end.
                    HostThreads.forEach(count: (tiles + 1) / 2) { number in
                        add(number)
                        if tiles - 1 - number != number { add(tiles - 1 - number) }
                    }
                }
            }
        }
    }
}
