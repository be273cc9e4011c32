import Tensors

/// `start, start + delta, ...` below (or, for a negative delta, above) the limit. ONNX Range 11.
///
/// Named so that it does not hide Swift's `Range`.
package struct NumberRange: Operator {
    package static let identifier = OperatorIdentifier("Range")
    package static let opsets = 11...25
    package static let inputCount = 3...3

    package init(_ attributes: inout AttributeReader) throws(HoneError) {}

    package var planTimeInputs: [Int] { [0, 1, 2] }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0, in: [.float32, .float64, .int16, .int32, .int64])
        for index in 0..<3 {
            let other = try operands.type(index)
            guard other.elementType == type.elementType, other.elementCount == 1 else {
                throw HoneError(.invalidModel, "input \(index) is \(other), but must be one \(type.elementType)")
            }
        }
        let count =
            type.elementType.isFloatingPoint ? try floatCount(operands) : try integerCount(operands)
        return [TensorType(type.elementType, [count])]
    }

    private func integerCount(_ operands: Operands) throws(HoneError) -> Int {
        let bounds = try (0..<3).map { index throws(HoneError) in try operands.integers(index)?.first ?? 0 }
        let (start, limit, delta) = (bounds[0], bounds[1], bounds[2])
        guard delta != 0 else { throw HoneError(.invalidModel, "the delta is 0") }
        guard delta > 0 ? start < limit : start > limit else { return 0 }
        // As unsigned numbers the distance between any two integers is exact.
        let distance = UInt(bitPattern: delta > 0 ? limit &- start : start &- limit)
        return try CheckedDimension.size(Double((distance - 1) / delta.magnitude) + 1)
    }

    /// `max(ceil((limit - start) / delta), 0)`: the subtraction in the inputs' type, the division in double, as ONNX
    /// Runtime does.
    private func floatCount(_ operands: Operands) throws(HoneError) -> Int {
        // Tells apart what is unknown.
        let bounds = try (0..<3).map { index throws(HoneError) in try operands.floats(index)?.first ?? 0 }
        var (distance, delta) = (Double(bounds[1] - bounds[0]), Double(bounds[2]))
        let exact = operands.values.compactMap { value in
            value?.elementType == .float64 ? value?.elements(as: Double.self).first : nil
        }
        if exact.count == 3 { (distance, delta) = (exact[1] - exact[0], exact[2]) }
        guard delta != 0, distance.isFinite, delta.isFinite else {
            throw HoneError(.invalidModel, "a range of length \(distance) in steps of \(delta) is not possible")
        }
        return try CheckedDimension.size(max((distance / delta).rounded(.up), 0))
    }
}
