import ModelGraph
import Tensors

extension Model {
    /// Inputs from a seed: floats in -1 ..< 1, integers over their whole 8-bit range or 0 and 1. For comparing devices,
    /// never for calibration or accuracy.
    package func randomFeed(_ shapes: [String: [Int]], seed: UInt64) throws(HoneError) -> [String: Tensor] {
        var generator = SplitMix64(seed: seed)
        var feed = try exampleFeed(shapes)
        for name in feed.keys.sorted() {
            guard let zeros = feed[name] else { continue }
            let numbers = (0..<zeros.elementCount).map { _ in generator.next() }
            switch zeros.elementType {
            case .uint8: feed[name] = Tensor(numbers.map { UInt8(truncatingIfNeeded: $0) }, shape: zeros.shape)
            case .int8: feed[name] = Tensor(numbers.map { Int8(truncatingIfNeeded: $0) }, shape: zeros.shape)
            case .int64: feed[name] = Tensor(numbers.map { Int64($0 & 1) }, shape: zeros.shape)
            case .int32: feed[name] = Tensor(numbers.map { Int32($0 & 1) }, shape: zeros.shape)
            case let type where type.isFloatingPoint:
                let floats = numbers.map { Float($0 >> 40) / Float(1 << 23) - 1 }
                feed[name] = Tensor(floats, shape: zeros.shape).narrowed(to: type)
            default:
                throw HoneError(
                    .unsupported, "no random data for input '\(name)' of type \(zeros.type)", remedy: "give --data")
            }
        }
        return feed
    }
}
