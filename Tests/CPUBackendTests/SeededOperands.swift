import Runtime
import Tensors
import TestSupport

/// Operands for kernels.
extension SeededGenerator {
    mutating func fill(_ bytes: UnsafeMutableRawBufferPointer) {
        for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: next()) }
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func halo() -> Halo {
        integer(0...2) == 0
            ? .none : Halo(top: integer(0...3), left: integer(0...3), bottom: integer(0...3), right: integer(0...3))
    }

    /// 8-bit elements of all values.
    mutating func bytes(_ type: ElementType, _ shape: [Int]) -> Tensor {
        var tensor = Tensor(zeros: TensorType(type, shape))
        tensor.withUnsafeMutableBytes { fill($0) }
        return tensor
    }

    /// Mostly numbers in -10...10, some of them halves; `special` adds NaN, infinities, zeros of both signs and subnormals.
    mutating func floats(_ shape: [Int], special: Bool = true) -> Tensor {
        let oddities: [Float] = [
            .nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
        ]
        let values = (0..<shape.reduce(1, *)).map { _ -> Float in
            switch integer(0...19) {
            case 0 where special: oddities[integer(0...oddities.count - 1)]
            case 1...6: Float(integer(-40...40)) / 4
            default: Float.random(in: -10...10, using: &self)
            }
        }
        return Tensor(values, shape: shape)
    }
}
