import Runtime

/// The lower triangular L with `A = L L^T` of a symmetric positive definite matrix, in double precision.
///
/// Plain Swift rather than LAPACK: a vendor's library sums in an order that depends on the processor and on the number of
/// threads, and the bytes of a quantized model must not. Every element here is one sum in a fixed order.
struct CholeskyFactor {
    let size: Int
    /// Row-major, `stride` apart; what lies above the diagonal is left over.
    private(set) var elements: [Double]
    let stride: Int

    /// Columns that are factored together.
    private static let panel = 64

    /// Factors a matrix of which `element(row, column)` gives the lower triangle; nil if it is not positive definite.
    init?(size: Int, _ element: (_ row: Int, _ column: Int) -> Double) {
        self.size = size
        stride = (size + 1) / 2 * 2
        elements = [Double](repeating: 0, count: size * stride)
        for row in 0..<size {
            for column in 0...row { elements[row * stride + column] = element(row, column) }
        }
        let (rows, stride) = (size, stride)
        let isDefinite = elements.withUnsafeMutableBufferPointer { buffer -> Bool in
            guard let base = buffer.baseAddress else { return true }
            for first in Swift.stride(from: 0, to: rows, by: CholeskyFactor.panel) {
                let last = min(first + CholeskyFactor.panel, rows)
                CholeskyFactor.subtractKnown(base, stride, rows, first, last)
                guard CholeskyFactor.factorPanel(base, stride, rows, first, last) else { return false }
            }
            return true
        }
        guard isDefinite else { return nil }
    }

    /// `A[i][j] -= sum L[i][k] L[j][k]` over the columns before the panel, for its columns j.
    private static func subtractKnown(
        _ base: UnsafeMutablePointer<Double>, _ stride: Int, _ rows: Int, _ first: Int, _ last: Int
    ) {
        guard first > 0 else { return }
        nonisolated(unsafe) let base = base
        HostThreads.forEach(count: (rows - first + 3) / 4) { tile in
            let top = first + tile * 4
            let height = min(4, rows - top)
            for column in Swift.stride(from: first, to: min(last, top + height), by: 2) {
                let width = min(2, last - column)
                // Rows that are not there repeat the last, and are not stored.
                let rowPointers = (0..<4).map { UnsafeRawPointer(base + (top + min($0, height - 1)) * stride) }
                let left = UnsafeRawPointer(base + column * stride)
                let right = UnsafeRawPointer(base + (column + width - 1) * stride)
                let (p, q, r, s) = (rowPointers[0], rowPointers[1], rowPointers[2], rowPointers[3])
                var (a, b, c, d) = (SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>())
                var (e, f, g, h) = (SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>(), SIMD2<Double>())
                for offset in Swift.stride(from: 0, to: first * 8, by: 16) {
                    let x = (left + offset).loadUnaligned(as: SIMD2<Double>.self)
                    let y = (right + offset).loadUnaligned(as: SIMD2<Double>.self)
                    let (i, j) = (
                        (p + offset).loadUnaligned(as: SIMD2<Double>.self),
                        (q + offset).loadUnaligned(as: SIMD2<Double>.self)
                    )
                    let (k, l) = (
                        (r + offset).loadUnaligned(as: SIMD2<Double>.self),
                        (s + offset).loadUnaligned(as: SIMD2<Double>.self)
                    )
                    a += i * x
                    b += j * x
                    c += k * x
                    d += l * x
                    e += i * y
                    f += j * y
                    g += k * y
                    h += l * y
                }
                let sums = [[a, e], [b, f], [c, g], [d, h]]
                for row in 0..<height {
                    for offset in 0..<width where column + offset <= top + row {
                        base[(top + row) * stride + column + offset] -= sums[row][offset].sum()
                    }
                }
            }
        }
    }

    /// Factors the panel's diagonal block, and solves the rows below it.
    private static func factorPanel(
        _ base: UnsafeMutablePointer<Double>, _ stride: Int, _ rows: Int, _ first: Int, _ last: Int
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
        nonisolated(unsafe) let base = base
        HostThreads.forEach(count: rows - last) { index in
            let line = base + (last + index) * stride
            for column in first..<last {
                var sum = line[column]
                for k in first..<column { sum -= line[k] * base[column * stride + k] }
                line[column] = sum / base[column * stride + column]
            }
        }
        return true
    }
}
