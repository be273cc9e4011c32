import Tensors

/// Arithmetic on dimensions that come from a file, with an error in place of an overflow.
package enum CheckedDimension {
    /// The product of dimensions; 0 if one of them is 0, whatever the others are.
    package static func product(_ dimensions: some Collection<Int>) throws(HoneError) -> Int {
        if dimensions.contains(0) { return 0 }
        var product = 1
        for dimension in dimensions { product = try multiply(product, dimension) }
        return product
    }

    package static func multiply(_ left: Int, _ right: Int) throws(HoneError) -> Int {
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        guard !overflow else { throw HoneError(.invalidModel, "a dimension of \(left) times \(right) is too large") }
        return product
    }

    package static func add(_ left: Int, _ right: Int) throws(HoneError) -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw HoneError(.invalidModel, "a dimension of \(left) plus \(right) is too large") }
        return sum
    }

    /// A size computed in floating point, such as `floor(dimension * scale)`, as an integer.
    ///
    /// - Throws: `.invalidModel` if it is not finite, negative, or larger than any tensor that Hone plans for.
    package static func size(_ real: Double) throws(HoneError) -> Int {
        guard real.isFinite, real >= 0, real <= Double(TensorType.maximumByteCount) else {
            throw HoneError(.invalidModel, "a dimension of \(real) elements is not possible")
        }
        return Int(real)
    }

    /// Axes counted from the front, each named once.
    package static func distinctAxes(_ axes: [Int], rank: Int) throws(HoneError) -> [Int] {
        var seen: Set<Int> = []
        var result: [Int] = []
        for axis in axes {
            let counted = try Operands.axis(axis, rank: rank)
            guard seen.insert(counted).inserted else {
                throw HoneError(.invalidModel, "axis \(axis) is named twice in \(axes)")
            }
            result.append(counted)
        }
        return result
    }
}
