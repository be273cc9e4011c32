import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

@Suite struct ElementwiseTests {
    /// Shapes of a second operand, and whether it is a constant.
    private func seconds(_ shape: [Int]) -> [(shape: [Int], isConstant: Bool)] {
        let ones = [Int](repeating: 1, count: shape.count - 2)
        return [
            (shape, false), ([shape[0], shape[1]] + ones, false), ([1, shape[1]] + ones, false),
            ([1, shape[1]] + ones, true), ([shape[1]] + ones, true), ([], true), ([1], true),
            ([shape[0], shape[1]] + ones, true),
        ]
    }

    @Test(arguments: 0..<24) func quantizedSumsAndProductsAreTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape(size: 2...12)
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        for (other, isConstant) in seconds(shape) {
            let a = [random.bytes(type, shape)] + random.quantization(type)
            let b = [random.bytes(type, other)] + random.quantization(type)
            let result = random.quantization(type, scales: 0.05...0.4)
            let inputs = (seed % 3 == 0 ? b + a : a + b) + result
            var constants: Set<Int> = [1, 2, 4, 5, 6, 7]
            if isConstant { constants.insert(seed % 3 == 0 ? 0 : 3) }
            try OperatorTrial(QLinearAdd.self, opset: 1, [:], inputs, constants: constants).check(seed: seed)
            try OperatorTrial(QLinearMul.self, opset: 1, [:], inputs, constants: constants).check(seed: seed)
            let bounds: [String: AttributeValue] = ["lowest": .int(20), "highest": .int(100)]
            try OperatorTrial(FusedQLinearAdd.self, opset: 1, bounds, inputs, constants: constants).check(seed: seed)
        }
    }

    @Test(arguments: 0..<24) func floatArithmeticIsTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape(size: 2...12)
        for (other, isConstant) in seconds(shape) {
            let (a, b) = (random.floats(shape), random.floats(other))
            let isSwapped = seed % 3 == 0
            let inputs = isSwapped ? [b, a] : [a, b]
            let constants: Set<Int> = isConstant ? [isSwapped ? 0 : 1] : []
            try OperatorTrial(Add.self, opset: 14, [:], inputs, constants: constants).check(seed: seed)
            try OperatorTrial(Sub.self, opset: 14, [:], inputs, constants: constants).check(seed: seed)
            try OperatorTrial(Mul.self, opset: 14, [:], inputs, constants: constants).check(seed: seed)
        }
    }

    @Test func operandsThatStretchOtherwiseAreLeftToTheDefinition() throws {
        var random = SeededGenerator(seed: 4)
        let x = random.floats([2, 3, 4, 5])
        for shape in [[5], [4, 1], [2, 1, 4, 5], [1, 1, 1, 1]] {
            try OperatorTrial(Add.self, opset: 14, [:], [x, random.floats(shape)]).check(seed: 4, isEmpty: true)
        }
    }

    @Test(arguments: 0..<12) func activationsAreTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let x = random.floats(random.imageShape())
        let alpha = AttributeValue.float(Float.random(in: -1...2, using: &random))
        try OperatorTrial(Relu.self, opset: 14, [:], [x]).check(seed: seed)
        try OperatorTrial(LeakyRelu.self, opset: 16, ["alpha": alpha], [x]).check(seed: seed)
        try OperatorTrial(HardSigmoid.self, opset: 22, ["alpha": alpha], [x]).check(seed: seed)
        try OperatorTrial(HardSwish.self, opset: 22, [:], [x]).check(seed: seed)
        try OperatorTrial(Sigmoid.self, opset: 13, [:], [x]).check(seed: seed)
        try OperatorTrial(Swish.self, opset: 24, ["alpha": alpha], [x]).check(seed: seed)
        let bounds = [Tensor(scalar: Float(-1)), Tensor(scalar: Float(seed % 2 == 0 ? 3 : -2))]
        try OperatorTrial(Clip.self, opset: 13, [:], [x] + bounds, constants: [1, 2]).check(seed: seed)
        try OperatorTrial(Clip.self, opset: 13, [:], [x, nil, bounds[1]], constants: [2]).check(seed: seed)
    }

    @Test(arguments: 0..<12) func batchNormalizationIsTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape()
        let parameters = (0..<3).map { _ in random.floats([shape[1]], special: false) }
        let variance = Tensor((0..<shape[1]).map { _ in Float.random(in: 0...3, using: &random) }, shape: [shape[1]])
        try OperatorTrial(
            BatchNormalization.self, opset: 15, [:], [random.floats(shape)] + parameters + [variance],
            constants: [1, 2, 3, 4]
        ).check(seed: seed)
    }

    @Test(arguments: 0..<16) func functionsOfBytesAreTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let x = random.bytes(type, random.imageShape())
        let inputs = [x] + random.quantization(type) + random.quantization(type, scales: 0.003...0.01)
        try OperatorTrial(QLinearSigmoid.self, opset: 1, [:], inputs, constants: [1, 2, 3, 4]).check(seed: seed)
        try OperatorTrial(QLinearLeakyRelu.self, opset: 1, [:], inputs, constants: [1, 2, 3, 4]).check(seed: seed)
        try OperatorTrial(
            Clamp.self, opset: 1, ["lowest": .int(-3 + Int64(seed % 2 == 0 ? 3 : 0)), "highest": .int(90)], [x]
        )
        .check(seed: seed)
    }

    @Test(arguments: 0..<24) func channelsAreJoinedAsTheDefinitionJoinsThem(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let whole = random.imageShape()
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        // Groups that fit, and channels that do not.
        let channels = seed % 3 == 0 ? [16, 32, 16] : (0..<random.integer(1...5)).map { _ in random.integer(1...40) }
        func part(_ count: Int) -> [Int] { [whole[0], count] + whole[2...] }
        let shared = random.quantization(type)
        var inputs = shared
        for count in channels {
            inputs +=
                [random.bytes(type, part(count))] + (random.integer(0...1) == 0 ? shared : random.quantization(type))
        }
        let constants = Set(inputs.indices.filter { $0 < 2 || $0 % 3 != 2 })
        if inputs[1] != nil {
            try OperatorTrial(QLinearConcat.self, opset: 1, ["axis": .int(1)], inputs, constants: constants)
                .check(seed: seed)
        }
        let axis: [String: AttributeValue] = ["axis": .int(seed % 2 == 0 ? 1 : Int64(1 - whole.count))]
        try OperatorTrial(Concat.self, opset: 13, axis, channels.map { random.floats(part($0)) }).check(seed: seed)
        try OperatorTrial(Concat.self, opset: 13, axis, channels.map { random.bytes(type, part($0)) }).check(seed: seed)
    }
}
