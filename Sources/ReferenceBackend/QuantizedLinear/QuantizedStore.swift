import Tensors

/// Stores requantized int32 sums as 8-bit integers.
struct QuantizedStore {
    private let output: UnsafeMutableRawPointer
    private let range: QuantizedRange
    private let zeroPoint: Int32

    /// - Precondition: `view` has an 8-bit element type.
    init?(_ view: MutableTensorView, zeroPoint: Int32) {
        guard let address = view.bytes.baseAddress, let range = QuantizedRange(view.elementType) else { return nil }
        output = address
        self.range = range
        self.zeroPoint = zeroPoint
    }

    func store(_ sums: UnsafeBufferPointer<Int32>, first: Int, multiplier: (_ index: Int) -> Float) {
        for index in sums.indices {
            let q = requantize(sums[index], multiplier: multiplier(index), zeroPoint: zeroPoint, range: range)
            // int8 and uint8 integers have the same low byte.
            output.storeBytes(of: UInt8(truncatingIfNeeded: q), toByteOffset: first + index, as: UInt8.self)
        }
    }
}
