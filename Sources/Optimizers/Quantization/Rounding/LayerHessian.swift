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
    /// Rows of a matrix begin this many floats apart or a multiple of it.
    private static let lanes = 8

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

    private static func padded(_ count: Int) -> Int { (count + lanes - 1) / lanes * lanes }

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

    /// Four rows of the matrix by eight columns at a time, over all rows of the sample.
    private static func accumulate(
        _ block: inout Block, _ rows: UnsafeMutablePointer<Float>, _ count: Int, _ rowStride: Int
    ) {
        let (size, stride) = (block.columns.count, block.stride)
        let source = UnsafeRawPointer(rows + block.columns.lowerBound)
        block.sums.withUnsafeMutableBytes { sums in
            guard let base = sums.baseAddress else { return }
            nonisolated(unsafe) let (base_, source_) = (base, source)
            let tiles = (size + 3) / 4
            let tile = { (number: Int) in
                let first = number * 4
                for column in Swift.stride(from: 0, through: first + 3, by: lanes) {
                    var (a, b, c, d) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
                    for row in 0..<count {
                        let line = source_ + row * rowStride * 4
                        let x = (line + column * 4).loadUnaligned(as: SIMD8<Float>.self)
                        let y = (line + first * 4).loadUnaligned(as: SIMD4<Float>.self)
                        a += x * y[0]
                        b += x * y[1]
                        c += x * y[2]
                        d += x * y[3]
                    }
                    for (offset, sum) in [a, b, c, d].enumerated() {
                        let place = base_ + ((first + offset) * stride + column) * 4
                        let old = place.loadUnaligned(as: SIMD8<Float>.self)
                        place.storeBytes(of: old + sum, as: SIMD8<Float>.self)
                    }
                }
            }
            // A small matrix is done before other threads have looked up.
            if size < 64 {
                for number in 0..<tiles { tile(number) }
            } else {
                // The last tiles are the longest: each task takes one from either end.
                HostThreads.forEach(count: (tiles + 1) / 2) { number in
                    tile(number)
                    if tiles - 1 - number != number { tile(tiles - 1 - number) }
                }
            }
        }
    }
}
