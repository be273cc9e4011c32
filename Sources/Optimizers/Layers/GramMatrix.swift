import CMicrokernels
import Runtime

/// `sum x x^T` over rows x: in float32, each operation rounded, first over the rows of one `add`, then over the calls.
/// Threads cannot change it.
struct GramMatrix {
    let size: Int
    /// Row-major, lower triangle, rows `stride` apart.
    private(set) var sums: [Float]
    let stride: Int

    /// Rows and columns of a tile.
    private static let lanes = 16

    init(size: Int) {
        self.size = size
        stride = GramMatrix.padded(size)
        sums = [Float](repeating: 0, count: stride * stride)
    }

    /// An element of the symmetric matrix.
    subscript(row: Int, column: Int) -> Float {
        row >= column ? sums[row * stride + column] : sums[column * stride + row]
    }

    /// How much memory the sums take.
    static func byteCount(_ size: Int) -> Int { padded(size) * padded(size) * 4 }

    /// How far apart rows must lie to be added: a tile more than they hold is read.
    static func rowStride(_ columns: Int) -> Int { padded(columns) + lanes }

    /// Rows an odd number of tiles apart: neighbours in a column then lie in different sets of a cache.
    private static func padded(_ count: Int) -> Int { ((count + lanes - 1) / lanes | 1) * lanes }

    /// Adds the sums over some rows, in tiles of 16 by 16.
    ///
    /// - Parameters:
    ///   - rows: `rowStride` floats apart.
    ///   - first: the column that is the matrix's first.
    mutating func add(_ rows: UnsafeMutablePointer<Float>, from first: Int = 0, count: Int, rowStride: Int) {
        let lanes = GramMatrix.lanes
        let tiles = (size + lanes - 1) / lanes
        let stride = stride
        // Sixteen columns after the other, so that a tile reads memory as it lies.
        var packed = [Float](repeating: 0, count: tiles * count * lanes)
        packed.withUnsafeMutableBufferPointer { packed in
            sums.withUnsafeMutableBufferPointer { sums in
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
