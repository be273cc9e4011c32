import Runtime
import Tensors
import TestSupport

/// Random operands of element-wise and moving operators.
struct TrialValues {
    private var random: SeededGenerator

    init(seed: Int) { random = SeededGenerator(seed: UInt64(seed)) }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    mutating func oneOf<Choice>(_ choices: [Choice]) -> Choice { choices[integer(0...choices.count - 1)] }

    /// Numbers of any bits in the type; a float now and then is a special one.
    mutating func tensor(_ type: ElementType, _ shape: [Int]) -> Tensor {
        var result = Tensor(zeros: TensorType(type, shape))
        if type == .float32 {
            let special: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, Float(bitPattern: 99), -3e38, 0.5]
            result.withMutableElements(of: Float.self) { elements in
                for index in elements.indices {
                    elements[index] =
                        integer(0...19) == 0 ? oneOf(special) : Float.random(in: -20...20, using: &random)
                }
            }
        } else {
            let isSmall = integer(0...1) == 0
            result.withUnsafeMutableBytes { bytes in
                for index in bytes.indices {
                    // Small numbers meet each other, and zeros and ones, more often.
                    bytes[index] =
                        isSmall
                        ? (index % type.byteCount == 0 ? UInt8(integer(0...3)) : 0)
                        : UInt8(truncatingIfNeeded: random.next())
                }
            }
        }
        return result
    }

    /// Floats without anything special.
    mutating func floats(_ shape: [Int], in range: ClosedRange<Float> = -8...8) -> Tensor {
        let count = shape.reduce(1, *)
        return Tensor((0..<count).map { _ in Float.random(in: range, using: &random) }, shape: shape)
    }

    /// `[N, C, H, W]` or `[N, C, W]`, of sizes that vectors do not divide.
    mutating func imageShape() -> [Int] {
        let channels = oneOf([1, 3, 15, 16, 17, 32, 33])
        let spatial = integer(0...3) == 0 ? [integer(1...9)] : [integer(1...6), integer(1...9)]
        return [integer(1...2), channels] + spatial
    }

    /// A shape that broadcasts to the given one.
    mutating func broadcasting(to shape: [Int]) -> [Int] {
        let kept = shape.suffix(integer(0...shape.count))
        return kept.map { integer(0...2) == 0 ? 1 : $0 }
    }

    /// A scale and a zero point of that type, as operators take them; sometimes no zero point.
    mutating func quantization(_ type: ElementType) -> [Tensor?] {
        let scale = integer(0...2) == 0 ? 0.125 : Float.random(in: 0.01...0.2, using: &random)
        let point = integer(0...100)
        let zero = type == .int8 ? Tensor(scalar: Int8(point)) : Tensor(scalar: UInt8(point))
        return [Tensor(scalar: scale), integer(0...4) == 0 ? nil : zero]
    }

    mutating func halo() -> Halo {
        guard integer(0...2) > 0 else { return .none }
        return Halo(top: integer(0...2), left: integer(0...2), bottom: integer(0...2), right: integer(0...2))
    }
}
