import Lowering
import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

@Suite struct PoolingTests {
    /// A window without one that lies wholly in the padding.
    private func attributes(
        _ random: inout SeededGenerator, rank: Int, isDilated: Bool
    ) -> [String: AttributeValue] {
        let kernel = (0..<rank).map { _ in random.integer(1...4) }
        // Pads below the kernel's size and no dilation with padding: no window is without input.
        let pads = (kernel + kernel).map { isDilated ? 0 : random.integer(0...$0 - 1) }
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        var attributes = [
            "kernel_shape": ints(kernel), "strides": ints(kernel.map { _ in random.integer(1...3) }),
            "pads": ints(pads), "ceil_mode": .int(Int64(random.integer(0...1))),
        ]
        if isDilated { attributes["dilations"] = ints(kernel.map { _ in 2 }) }
        return attributes
    }

    @Test(arguments: 0..<60) func maximaAreTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape(size: 8...30)
        let attributes = attributes(&random, rank: shape.count - 2, isDilated: seed % 3 == 0)
        for x in [random.bytes(.uint8, shape), random.bytes(.int8, shape), random.floats(shape)] {
            try OperatorTrial(MaxPool.self, opset: 12, attributes, [x]).check(seed: seed)
        }
    }

    @Test(arguments: 0..<40) func meansAreTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape(size: 8...20)
        var attributes = attributes(&random, rank: shape.count - 2, isDilated: false)
        attributes["count_include_pad"] = .int(Int64(seed % 2))
        try OperatorTrial(AveragePool.self, opset: 19, attributes, [random.floats(shape)]).check(seed: seed)
        for type in [ElementType.uint8, .int8] {
            let inputs = [random.bytes(type, shape)] + random.quantization(type) + random.quantization(type)
            try OperatorTrial(QLinearAveragePool.self, opset: 1, attributes, inputs, constants: [1, 2, 3, 4])
                .check(seed: seed)
        }
    }

    /// Wide windows, dilated padding, a row longer than the piece in which columns are reduced.
    @Test func windowsOfUnusualSize() throws {
        var random = SeededGenerator(seed: 5)
        func attributes(_ kernel: [Int64], _ strides: [Int64], _ pads: [Int64], _ dilations: [Int64])
            -> [String: AttributeValue]
        {
            [
                "kernel_shape": .ints(kernel), "strides": .ints(strides), "pads": .ints(pads),
                "dilations": .ints(dilations),
            ]
        }
        for (seed, window) in [
            attributes([2, 300], [1, 1], [0, 0, 0, 0], [1, 1]), attributes([2, 3], [1, 2], [1, 2, 1, 2], [2, 3]),
            attributes([3, 3], [2, 2], [1, 1, 1, 1], [1, 1]), attributes([1, 5], [1, 4], [0, 2, 0, 2], [1, 1]),
            attributes([3, 2], [1, 400], [1, 0, 1, 0], [1, 1]), attributes([4, 2], [1, 1], [2, 1, 2, 1], [3, 2]),
        ].enumerated() {
            for x in [random.bytes(.uint8, [1, 20, 12, 700]), random.floats([1, 4, 12, 700])] {
                try OperatorTrial(MaxPool.self, opset: 12, window, [x]).check(seed: seed)
            }
        }
    }

    @Test(arguments: 0..<40) func planesAreTheDefinitions(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let shape = random.imageShape(channels: [1, 16, 40, 64, 130, 300][seed % 6], size: 1...12)
        let x = random.floats(shape, special: seed % 2 == 0)
        try OperatorTrial(GlobalAveragePool.self, opset: 1, [:], [x]).check(seed: seed)
        try OperatorTrial(GlobalMaxPool.self, opset: 1, [:], [x]).check(seed: seed)
        for type in [ElementType.uint8, .int8] {
            let inputs = [random.bytes(type, shape)] + random.quantization(type) + random.quantization(type)
            try OperatorTrial(
                QLinearGlobalAveragePool.self, opset: 1, ["channels_last": .int(0)], inputs, constants: [1, 2, 3, 4]
            ).check(seed: seed)
        }
    }

    @Test func aWindowInThePaddingIsRefused() throws {
        var random = SeededGenerator(seed: 3)
        let x = random.floats([1, 2, 4, 4])
        let attributes: [String: AttributeValue] = ["kernel_shape": .ints([2, 2]), "pads": .ints([3, 0, 0, 0])]
        var reader = AttributeReader(Node("MaxPool", inputs: ["x"], outputs: ["y"], attributes: attributes), opset: 12)
        let pool = try MaxPool(&reader)
        let y = try pool.inferTypes(Operands(types: [x.type], values: [nil], outputCount: 1))[0]
        let driver = KernelDriver(seed: 3)
        let step = StepOperands(
            inputs: [driver.value(x.type, .blocked(.init()))], outputs: [driver.value(y, .blocked(.init()))])
        #expect(throws: HoneError.self) { try pool.prepare(step, isa: .scalar) }
    }
}
