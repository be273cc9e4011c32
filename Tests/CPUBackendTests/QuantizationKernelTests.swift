import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

@Suite struct QuantizationKernelTests {
    /// Numbers at, and next to, every tie of the scale, far beyond the range, and those that are no numbers.
    private func ties(_ random: inout SeededGenerator, scale: Float, count: Int) -> [Float] {
        (0..<count).map { _ in
            let tie = (Float(random.integer(-300...300)) + 0.5) * scale
            switch random.integer(0...9) {
            case 0: return [.nan, .infinity, -.infinity, -0.0, .greatestFiniteMagnitude][random.integer(0...4)]
            case 1: return Float.random(in: -1...1, using: &random)
            case 2...4: return tie
            case 5, 6: return tie.nextUp
            case 7, 8: return tie.nextDown
            default: return Float(random.integer(-300...300)) * scale
            }
        }
    }

    @Test(arguments: 0..<60) func quantizesAsItsDefinition(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape()
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        var parameters = random.quantization(type)
        // Scales at the ends of the numbers: quotients overflow, or scales are subnormal.
        let extremes: [Float] = [.leastNonzeroMagnitude, .leastNormalMagnitude / 64, 3e38]
        if seed % 10 == 9 { parameters[0] = Tensor(scalar: extremes[seed / 10 % 3]) }
        if type == .int8, parameters[1] == nil { parameters[1] = Tensor([Int8(3)], shape: []) }
        let scale = parameters[0]?.floats()[0] ?? 1
        let x = Tensor(ties(&random, scale: scale, count: shape.reduce(1, *)), shape: shape)
        let kind = try OperatorTrial(QuantizeLinear.self, opset: 13, [:], [x] + parameters, constants: [1, 2])
        try kind.check(seed: seed)
        try OperatorTrial(MicrosoftQuantizeLinear.self, opset: 1, [:], [x] + parameters, constants: [1, 2])
            .check(seed: seed)
    }

    @Test(arguments: 0..<40) func dequantizesAsItsDefinition(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let x = random.bytes(type, random.imageShape(size: 1...40))
        try OperatorTrial(
            DequantizeLinear.self, opset: 13, [:], [x] + random.quantization(type), constants: [1, 2]
        ).check(seed: seed)
    }

    @Test func otherRanksAreRunsOfElements() throws {
        var random = SeededGenerator(seed: 1)
        let x = random.floats([7, 1001, 11])
        let flat = x.reshaped([77077])
        try OperatorTrial(
            QuantizeLinear.self, opset: 13, [:], [flat] + random.quantization(.uint8), constants: [1, 2]
        ).check(seed: 1)
        let bytes = random.bytes(.int8, [77077])
        try OperatorTrial(
            DequantizeLinear.self, opset: 13, [:], [bytes] + random.quantization(.int8), constants: [1, 2]
        ).check(seed: 1)
    }

    @Test func scalesPerAxisAndComputedScalesAreLeftToTheDefinition() throws {
        var random = SeededGenerator(seed: 2)
        let x = random.floats([1, 2, 3, 3])
        let scales = Tensor([Float(0.5), 0.25], shape: [2])
        try OperatorTrial(QuantizeLinear.self, opset: 13, ["axis": .int(1)], [x, scales], constants: [1])
            .check(seed: 2, isEmpty: true)
        try OperatorTrial(QuantizeLinear.self, opset: 13, [:], [x, Tensor(scalar: Float(0.5))])
            .check(seed: 2, isEmpty: true)
        try OperatorTrial(
            QuantizeLinear.self, opset: 21, ["output_dtype": .int(5)], [x, Tensor(scalar: Float(0.5))], constants: [1]
        ).check(seed: 2, isEmpty: true)
    }
}
