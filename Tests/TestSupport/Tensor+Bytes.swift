import Tensors

extension Tensor {
    /// Random bytes of int8 or uint8.
    package static func bytes(_ shape: [Int], signed: Bool, using random: inout SeededGenerator) -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { _ in Int.random(in: signed ? -128...127 : 0...255, using: &random) }
        return bytes(values, shape: shape, signed: signed)
    }

    /// An int8 or uint8 tensor of these integers.
    package static func bytes(_ values: [Int], shape: [Int], signed: Bool) -> Tensor {
        signed
            ? Tensor(values.map { Int8(truncatingIfNeeded: $0) }, shape: shape)
            : Tensor(values.map { UInt8(truncatingIfNeeded: $0) }, shape: shape)
    }
}
