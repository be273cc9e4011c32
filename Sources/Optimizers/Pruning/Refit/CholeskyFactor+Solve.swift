extension CholeskyFactor {
    /// Solves `A x = b` in place.
    ///
    /// - Precondition: `values` has `size` elements.
    func solve(_ values: inout [Double]) {
        precondition(values.count == size)
        let (size, stride) = (size, stride)
        elements.withUnsafeBufferPointer { elements in
            values.withUnsafeMutableBufferPointer { values in
                for row in 0..<size {
                    let line = row * stride
                    var sum = SIMD4<Double>()
                    var column = 0
                    while column + 4 <= row {
                        for lane in 0..<4 { sum[lane] += elements[line + column + lane] * values[column + lane] }
                        column += 4
                    }
                    var rest = values[row] - (sum[0] + sum[1] + sum[2] + sum[3])
                    while column < row {
                        rest -= elements[line + column] * values[column]
                        column += 1
                    }
                    values[row] = rest / elements[line + row]
                }
                // Row by row of the factor, which is column by column of its transpose: memory is read as it lies.
                for row in (0..<size).reversed() {
                    let line = row * stride
                    let value = values[row] / elements[line + row]
                    values[row] = value
                    for column in 0..<row { values[column] -= elements[line + column] * value }
                }
            }
        }
    }
}
