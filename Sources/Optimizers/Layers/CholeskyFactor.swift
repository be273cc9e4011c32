import CMicrokernels
import Runtime

/// The lower triangular L with `A = L L^T` of a symmetric positive definite matrix, in double precision.
///
/// Plain loops rather than LAPACK: a vendor's library sums in an order that depends on the processor and on the number of
/// threads, and the bytes of a quantized model must not. Every element here is one chain in a fixed order. Panels of columns
/// are factored one after the other, each then taken off all that lies to the right of it (the right-looking form of Golub
/// and Van Loan, Matrix Computations, section 4.2.5), in tiles that stay in registers.
struct CholeskyFactor {
    let size: Int
    /// Row-major, `stride` apart; what lies above the diagonal is left over.
    private(set) var elements: [Double]
    let stride: Int

    /// Columns that are factored together; a multiple of `lanes`.
    private static let panel = 64
    /// Rows and columns of a tile.
    static let lanes = 8

    /// Factors a matrix of which `element(row, column)` gives the lower triangle; nil if it is not positive definite.
    init?(size: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
        self.size = size
        let tiles = (size + CholeskyFactor.lanes - 1) / CholeskyFactor.lanes
        stride = CholeskyFactor.stride(size)
        elements = [Double](repeating: 0, count: tiles * CholeskyFactor.lanes * stride)
        for row in 0..<size {
            for column in 0...row { elements[row * stride + column] = element(row, column) }
        }
        var packed = [Double](repeating: 0, count: tiles * CholeskyFactor.lanes * CholeskyFactor.panel)
        let (rows, stride) = (size, stride)
        let isDefinite = elements.withUnsafeMutableBufferPointer { buffer -> Bool in
            packed.withUnsafeMutableBufferPointer { packed -> Bool in
                guard let base = buffer.baseAddress, let packed = packed.baseAddress else { return true }
                for first in Swift.stride(from: 0, to: rows, by: CholeskyFactor.panel) {
                    let last = min(first + CholeskyFactor.panel, rows)
                    guard CholeskyFactor.factorDiagonal(base, stride, first, last) else { return false }
                    guard last < rows else { break }
                    CholeskyFactor.solve(base, stride, (last / CholeskyFactor.lanes)..<tiles, first, packed)
                    CholeskyFactor.subtract(base, stride, (last / CholeskyFactor.lanes)..<tiles, packed)
                }
                return true
            }
        }
        guard isDefinite else { return nil }
    }

    /// Rows an odd number of tiles apart: neighbours in a column then lie in different sets of a cache.
    static func stride(_ size: Int) -> Int { ((size + lanes - 1) / lanes | 1) * lanes }

    /// How much memory a factor takes while it is made.
    static func byteCount(_ size: Int) -> Int { (size + lanes) * (stride(size) + panel) * 8 }

    /// The panel's square on the diagonal.
    private static func factorDiagonal(
        _ base: UnsafeMutablePointer<Double>, _ stride: Int, _ first: Int, _ last: Int
    ) -> Bool {
        for row in first..<last {
            for column in first...row {
                var sum = base[row * stride + column]
                for k in first..<column { sum -= base[row * stride + k] * base[column * stride + k] }
                if column < row {
                    base[row * stride + column] = sum / base[column * stride + column]
                } else {
                    guard sum > 0, sum.isFinite else { return false }
                    base[row * stride + row] = sum.squareRoot()
                }
            }
        }
        return true
    }

    /// The whole panel's rows below its square, eight at a time; `packed` gets each eight with columns one after the other.
    private static func solve(
        _ base: UnsafeMutablePointer<Double>, _ stride: Int, _ tiles: Range<Int>, _ first: Int,
        _ packed: UnsafeMutablePointer<Double>
    ) {
        nonisolated(unsafe) let (base, packed) = (base, packed)
        HostThreads.forEach(count: tiles.count) { index in
            let tile = tiles.lowerBound + index
            let lines = base + tile * lanes * stride + first
            let made = UnsafeMutableRawPointer(packed + tile * lanes * panel)
            for column in 0..<panel {
                var sum = SIMD8<Double>()
                for lane in 0..<lanes { sum[lane] = lines[lane * stride + column] }
                let row = base + (first + column) * stride + first
                for k in 0..<column {
                    sum -= made.loadUnaligned(fromByteOffset: k * 64, as: SIMD8<Double>.self) * row[k]
                }
                sum /= row[column]
                made.storeBytes(of: sum, toByteOffset: column * 64, as: SIMD8<Double>.self)
                for lane in 0..<lanes { lines[lane * stride + column] = sum[lane] }
            }
        }
    }

    /// `A[i][j] -= sum L[i][k] L[j][k]` over the columns of a panel, for all below and to the right of it.
    private static func subtract(
        _ base: UnsafeMutablePointer<Double>, _ stride: Int, _ tiles: Range<Int>, _ packed: UnsafeMutablePointer<Double>
    ) {
        nonisolated(unsafe) let (base, packed) = (base, packed)
        let count = tiles.count
        let row = { (index: Int) in
            let tile = tiles.lowerBound + index
            for column in tiles.lowerBound...tile {
                mk_subtract_products_f64(
                    base + tile * lanes * stride + column * lanes, stride, packed + tile * lanes * panel, lanes,
                    packed + column * lanes * panel, lanes, panel, lanes)
            }
        }
        // The last rows are the longest: each task takes one from either end.
        HostThreads.forEach(count: (count + 1) / 2) { index in
            row(index)
            if count - 1 - index != index { row(count - 1 - index) }
        }
    }
}
