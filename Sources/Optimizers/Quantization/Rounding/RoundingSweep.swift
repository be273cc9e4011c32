import CMicrokernels

/// Some outputs of a layer on their way through its columns, from the last to the first, beside what rounding them to
/// nearest costs; all in steps of each output's scale.
///
/// A block of columns is rounded before what its errors carry to all columns before it is added up, for all outputs at once
/// (the lazy batches of GPTQ, section 3.3, step 2): each part of the factor is then read once for a block.
struct RoundingSweep {
    /// By output, then by column.
    private let real: [[Double]]
    private let nearest: [[Double]]
    private(set) var chosen: [[Double]]
    /// By output: `|L^T e|^2` of what was chosen, and of rounding to nearest.
    private(set) var costs: [Double]
    private(set) var nearestCosts: [Double]

    /// Columns of a block; a multiple of the factor's lanes.
    private static let block = 64

    /// - Precondition: as many columns everywhere.
    init(real: [[Double]], nearest: [[Double]]) {
        (self.real, self.nearest, chosen) = (real, nearest, nearest)
        costs = [Double](repeating: 0, count: real.count)
        nearestCosts = costs
    }

    /// Rounds all columns.
    mutating func run(_ factor: CholeskyFactor) {
        // Two rows for an output, of its own errors and of those of rounding to nearest; the kernel takes four at a time.
        let rows = (2 * real.count + 3) / 4 * 4
        let stride = factor.stride
        // `sum_{i>k} L_ik e_i` by row, then by k.
        var carried = [Double](repeating: 0, count: rows * stride)
        var errors = [Double](repeating: 0, count: RoundingSweep.block * rows)
        factor.elements.withUnsafeBufferPointer { elements in
            carried.withUnsafeMutableBufferPointer { carried in
                errors.withUnsafeMutableBufferPointer { errors in
                    guard let elements = elements.baseAddress, let carried = carried.baseAddress,
                        let errors = errors.baseAddress
                    else { return }
                    var end = factor.size
                    while end > 0 {
                        let start = (end - 1) / RoundingSweep.block * RoundingSweep.block
                        for output in real.indices {
                            round(output, start..<end, elements, stride, carried, errors, rows)
                        }
                        for column in Swift.stride(from: 0, to: start, by: CholeskyFactor.lanes) {
                            mk_subtract_products_f64(
                                carried + column, stride, errors, rows, elements + start * stride + column, stride,
                                end - start, rows)
                        }
                        end = start
                    }
                }
            }
        }
    }

    /// Rounds a block of one output.
    ///
    /// - Parameter errors: gets the negative errors, by column, then by row.
    private mutating func round(
        _ output: Int, _ columns: Range<Int>, _ elements: UnsafePointer<Double>, _ stride: Int,
        _ carried: UnsafeMutablePointer<Double>, _ errors: UnsafeMutablePointer<Double>, _ rows: Int
    ) {
        let limit = Double(WeightQuantization.limit)
        let (own, plain) = (carried + 2 * output * stride, carried + (2 * output + 1) * stride)
        for k in columns.reversed() {
            let row = elements + k * stride
            let (value, plainInteger) = (real[output][k], nearest[output][k])
            let wanted = value + own[k] / row[k]
            // A weight that was pruned stays zero; what it could have made up for is left to the columns after it, as in
            // SparseGPT (Frantar and Alistarh 2023, arXiv:2301.00774, section 3.4).
            let rounded = value == 0 ? 0 : min(max(wanted.rounded(.toNearestOrEven), -limit), limit)
            chosen[output][k] = rounded
            let (error, plainError) = (value - rounded, value - plainInteger)
            let (rest, plainRest) = (own[k] + row[k] * error, plain[k] + row[k] * plainError)
            costs[output] += rest * rest
            nearestCosts[output] += plainRest * plainRest
            for column in columns.lowerBound..<k {
                own[column] += row[column] * error
                plain[column] += row[column] * plainError
            }
            let place = (k - columns.lowerBound) * rows + 2 * output
            (errors[place], errors[place + 1]) = (-error, -plainError)
        }
    }
}
