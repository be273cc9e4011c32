import ModelGraph
import OpenCLBackend
import Runtime
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct ElementwiseTests {
    private static let numbers: [ElementType] = [
        .float32, .uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64,
    ]

    @Test(arguments: numbers) func arithmeticOfTwoIsTheDefinitions(type: ElementType) throws {
        for seed in 0..<4 {
            var random = TrialValues(seed: seed)
            let shape = random.imageShape()
            let other = seed == 0 ? shape : random.broadcasting(to: shape)
            let (a, b) = (random.tensor(type, shape), random.tensor(type, other))
            let inputs = seed % 2 == 0 ? [a, b] : [b, a]
            let constants: Set<Int> = seed == 3 ? [0] : []
            func check<Kind: OpenCLOperator>(_ kind: Kind.Type, opset: Int = 14) throws {
                try OperatorTrial(kind, opset: opset, [:], inputs, constants: constants).check(seed: seed)
            }
            try check(Add.self)
            try check(Sub.self)
            try check(Mul.self)
            try check(Div.self)
            try check(Equal.self)
            try OperatorTrial(PRelu.self, opset: 16, [:], [a, b]).check(seed: seed)
        }
    }

    @Test(arguments: numbers) func arithmeticOfManyIsTheDefinitions(type: ElementType) throws {
        for seed in 0..<3 {
            var random = TrialValues(seed: seed)
            let shape = random.imageShape()
            let shapes = [random.broadcasting(to: shape), shape, random.broadcasting(to: shape)]
            let inputs = shapes.prefix(seed + 1).map { random.tensor(type, $0) }
            try OperatorTrial(Max.self, opset: 13, [:], inputs).check(seed: seed)
            try OperatorTrial(Min.self, opset: 13, [:], inputs).check(seed: seed)
            guard type == .float32 else { continue }
            try OperatorTrial(Sum.self, opset: 13, [:], inputs).check(seed: seed)
            try OperatorTrial(Mean.self, opset: 13, [:], inputs).check(seed: seed)
        }
    }

    /// A channel's number beside an image, constant or not, does not take the image out of its groups.
    @Test(arguments: 0..<4) func blockedImagesTakeChannelsBesideThem(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let shape = [2, random.oneOf([3, 16, 33]), 3, 5]
        let x = random.tensor(.float32, shape)
        for (other, isConstant) in [
            ([1, shape[1], 1, 1], true), ([shape[1], 1, 1], true), ([], true), ([2, shape[1], 1, 1], false),
            ([1, shape[1], 1, 1], false), ([2, shape[1], 3, 1], false), (shape, false),
        ] {
            let y = random.tensor(.float32, other)
            try OperatorTrial(Sub.self, opset: 14, [:], [y, x], constants: isConstant ? [0] : [])
                .check(seed: seed, count: 2)
        }
        try OperatorTrial(Sub.self, opset: 14, [:], [x, random.tensor(.float32, [5])]).check(seed: seed, count: 1)
    }

    @Test(arguments: numbers) func functionsOfOneAreTheDefinitions(type: ElementType) throws {
        var random = TrialValues(seed: 5)
        let x = random.tensor(type, random.imageShape())
        if type == .float32 || type.isSigned {
            try OperatorTrial(Relu.self, opset: 14, [:], [x]).check(seed: 5)
            try OperatorTrial(Neg.self, opset: 13, [:], [x]).check(seed: 5)
        }
        try OperatorTrial(Abs.self, opset: 13, [:], [x]).check(seed: 5)
        let bounds = [random.tensor(type, []), random.tensor(type, [])]
        try OperatorTrial(Clip.self, opset: 13, [:], [x] + bounds, constants: [1, 2]).check(seed: 5)
        try OperatorTrial(Clip.self, opset: 13, [:], [x] + bounds).check(seed: 5, count: 1)
        try OperatorTrial(Clip.self, opset: 13, [:], [x, nil, bounds[0]]).check(seed: 5)
    }

    @Test func functionsOfFloatsAreTheDefinitions() throws {
        for seed in 0..<3 {
            var random = TrialValues(seed: seed)
            let x = random.tensor(.float32, random.imageShape())
            try OperatorTrial(Sqrt.self, opset: 13, [:], [x]).check(seed: seed)
            try OperatorTrial(LeakyRelu.self, opset: 16, ["alpha": .float(0.3)], [x]).check(seed: seed)
            try OperatorTrial(HardSigmoid.self, opset: 6, ["alpha": .float(0.3)], [x]).check(seed: seed)
            try OperatorTrial(HardSwish.self, opset: 14, [:], [x]).check(seed: seed)
            let tame = random.floats(random.imageShape())
            func near<Kind: OpenCLOperator>(_ kind: Kind.Type, opset: Int) throws {
                try OperatorTrial(kind, opset: opset, [:], [tame]).check(seed: seed, tolerance: 1e-5)
            }
            try near(Exp.self, opset: 13)
            try near(Sigmoid.self, opset: 13)
            try near(Tanh.self, opset: 13)
            try near(Elu.self, opset: 6)
            try near(Swish.self, opset: 24)
        }
    }

    @Test func powersAreTheDefinitions() throws {
        var random = TrialValues(seed: 1)
        let bases = random.floats([3, 4, 5], in: 0.1...4)
        for exponent in [Tensor(scalar: Float(2.5)), Tensor(scalar: Int64(3)), random.floats([5], in: -2...2)] {
            try OperatorTrial(Pow.self, opset: 15, [:], [bases, exponent]).check(seed: 1, tolerance: 1e-4)
        }
        let integers = Tensor((0..<60).map { Int32($0 % 7 - 3) }, shape: [60])
        let exponents = Tensor((0..<60).map { Int64($0 % 11 - 3) }, shape: [60])
        try OperatorTrial(Pow.self, opset: 15, [:], [integers, exponents]).check(seed: 1)
        try OperatorTrial(Pow.self, opset: 15, [:], [integers, Tensor(scalar: Float(2))]).check(seed: 1, count: 0)
    }

    @Test(arguments: numbers + [.bool]) func castsAreTheDefinitions(type: ElementType) throws {
        var random = TrialValues(seed: 3)
        let x = random.tensor(type, [3, 5, 7])
        for target in ElementType.allCases {
            try OperatorTrial(Cast.self, opset: 13, ["to": .int(Int64(target.rawValue))], [x]).check(seed: 3)
        }
    }

    @Test func choicesAreTheDefinitions() throws {
        var random = TrialValues(seed: 8)
        let condition = random.tensor(.bool, [2, 1, 5])
        for type in [ElementType.int8, .float32, .int64] {
            let (x, y) = (random.tensor(type, [3, 1]), random.tensor(type, [2, 3, 5]))
            try OperatorTrial(Where.self, opset: 16, [:], [condition, x, y]).check(seed: 8)
        }
        try OperatorTrial(Not.self, opset: 1 + 6, [:], [condition]).check(seed: 8)
        try OperatorTrial(Equal.self, opset: 13, [:], [condition, random.tensor(.bool, [5])]).check(seed: 8)
    }
}

extension ElementType {
    fileprivate var isSigned: Bool { [.int8, .int16, .int32, .int64].contains(self) }
}
