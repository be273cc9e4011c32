import Tensors

/// The integers that a fused quantized operator lets pass: `lowest...highest`, by default all of its result's type.
package struct ClampBounds: Sendable, Hashable {
    private let lowest: Int?
    private let highest: Int?

    init(_ attributes: inout AttributeReader) throws(HoneError) {
        lowest = try attributes.int("lowest")
        highest = try attributes.int("highest")
    }

    /// The bounds for a result of that type.
    package func range(of type: ElementType) -> ClosedRange<Int32> {
        guard let range = QuantizedRange(type) else { return Int32.min...Int32.max }
        let low = min(max(lowest ?? Int(range.lowest), Int(range.lowest)), Int(range.highest))
        let high = min(max(highest ?? Int(range.highest), low), Int(range.highest))
        return Int32(low)...Int32(high)
    }

    /// - Throws: `.invalidModel` where the type cannot hold the bounds, or they are in the wrong order.
    func check(_ type: ElementType) throws(HoneError) {
        guard let range = QuantizedRange(type) else {
            throw HoneError(.unsupported, "the result is \(type), but a clamp of integers needs an 8- or 16-bit type")
        }
        let (low, high) = (lowest ?? Int(range.lowest), highest ?? Int(range.highest))
        guard low <= high, low >= Int(range.lowest), high <= Int(range.highest) else {
            throw HoneError(.invalidModel, "bounds \(low) to \(high) are no range of \(type)")
        }
    }
}
