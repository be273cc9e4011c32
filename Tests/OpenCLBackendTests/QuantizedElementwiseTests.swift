import ModelGraph
import OpenCLBackend
import Runtime
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct QuantizedElementwiseTests {
    @Test(arguments: 0..<12) func sumsAndProductsAreTheDefinitions(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let shape = random.imageShape()
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let isConstant = seed % 3 == 0
        let other = isConstant ? [shape[1]] + shape[2...].map { _ in 1 } : random.broadcasting(to: shape)
        let a = [random.tensor(type, shape)] + random.quantization(type)
        let b = [random.tensor(type, seed % 4 == 1 ? shape : other)] + random.quantization(type)
        let inputs = (seed % 5 == 0 ? b + a : a + b) + random.quantization(type)
        var constants: Set<Int> = [1, 2, 4, 5, 6, 7]
        if isConstant { constants.insert(seed % 5 == 0 ? 0 : 3) }
        try OperatorTrial(QLinearAdd.self, opset: 1, [:], inputs, constants: constants).check(seed: seed)
        try OperatorTrial(QLinearMul.self, opset: 1, [:], inputs, constants: constants).check(seed: seed)
        let bounds: [String: AttributeValue] = ["lowest": .int(20), "highest": .int(100)]
        try OperatorTrial(FusedQLinearAdd.self, opset: 1, bounds, inputs, constants: constants).check(seed: seed)
    }

    @Test(arguments: 0..<8) func functionsOfAByteAreTheDefinitions(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let x = random.tensor(type, random.imageShape())
        let inputs = [x] + random.quantization(type) + random.quantization(type)
        try OperatorTrial(QLinearSigmoid.self, opset: 1, [:], inputs, constants: [1, 2, 3, 4]).check(seed: seed)
        try OperatorTrial(
            QLinearLeakyRelu.self, opset: 1, ["alpha": .float(0.1)], inputs, constants: [1, 2, 3, 4]
        ).check(seed: seed)
        for result in [ElementType.uint8, .int8] {
            let table = random.tensor(result, [256])
            try OperatorTrial(TableLookup.self, opset: 1, [:], [x, table], constants: [1]).check(seed: seed)
        }
        try OperatorTrial(Clamp.self, opset: 1, ["lowest": .int(3), "highest": .int(90)], [x]).check(seed: seed)
    }

    @Test(arguments: 0..<8) func quantizingATensorIsTheDefinitions(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let shape = random.imageShape()
        var scales = random.quantization(type)
        if type == .int8 { scales[1] = scales[1] ?? Tensor(scalar: Int8(0)) }
        let reals = [random.tensor(.float32, shape)] + scales
        try OperatorTrial(QuantizeLinear.self, opset: 13, [:], reals, constants: [1, 2]).check(seed: seed)
        let integers = [random.tensor(type, shape)] + scales
        try OperatorTrial(DequantizeLinear.self, opset: 13, [:], integers, constants: [1, 2]).check(seed: seed)
    }

    @Test(arguments: [ElementType.uint8, .int8, .uint16, .int16]) func quantizingAxesAndBlocksIsTheDefinitions(
        type: ElementType
    ) throws {
        for seed in 0..<3 {
            var random = TrialValues(seed: seed)
            for (shape, axis, block, scales) in [
                ([2, 5, 3], 1, 0, [5]), ([4, 7], 0, 0, [4]), ([3, 5, 2], 1, 2, [3, 3, 2]), ([2, 6], 1, 3, [2, 2]),
            ] {
                let attributes: [String: AttributeValue] = [
                    "axis": .int(Int64(axis)), "block_size": .int(Int64(block)),
                ]
                let parameters = [random.floats(scales, in: 0.01...0.3), random.tensor(type, scales)]
                let reals = [random.tensor(.float32, shape)] + parameters
                try OperatorTrial(QuantizeLinear.self, opset: 21, attributes, reals, constants: [1, 2])
                    .check(seed: seed)
                let integers = [random.tensor(type, shape)] + parameters
                try OperatorTrial(DequantizeLinear.self, opset: 21, attributes, integers, constants: [1, 2])
                    .check(seed: seed)
            }
        }
        var random = TrialValues(seed: 4)
        let sums = [random.tensor(.int32, [3, 5]), random.floats([5], in: 0.01...0.3)]
        try OperatorTrial(DequantizeLinear.self, opset: 13, [:], sums, constants: [1]).check(seed: 4)
    }

    @Test(arguments: 0..<5) func dynamicQuantizingIsTheDefinitions(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let count = [1, 63, 1025, 5000, 40_000][seed]
        let x = seed == 0 ? Tensor([Float(0)]) : random.floats([count], in: seed % 2 == 0 ? 2...30 : -3...8)
        try OperatorTrial(DynamicQuantizeLinear.self, opset: 11, [:], [x], outputCount: 3).check(seed: seed)
    }

    @Test(arguments: 0..<8) func joinsAreTheDefinitions(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let type: ElementType = seed % 2 == 0 ? .uint8 : .int8
        let axis = seed % 4 == 3 ? 2 : 1
        let shape = random.imageShape()
        var inputs = random.quantization(type)
        inputs[1] = inputs[1] ?? (type == .int8 ? Tensor(scalar: Int8(0)) : Tensor(scalar: UInt8(0)))
        for _ in 0..<3 {
            var own = shape
            own[axis] = random.oneOf([3, 16, 20])
            inputs += [random.tensor(type, own)] + (seed == 0 ? Array(inputs[0...1]) : random.quantization(type))
        }
        let constants: Set<Int> = [0, 1, 3, 4, 6, 7, 9, 10]
        try OperatorTrial(QLinearConcat.self, opset: 1, ["axis": .int(Int64(axis))], inputs, constants: constants)
            .check(seed: seed)
    }
}
