import ModelGraph
import Optimizers
import Tensors
import TestSupport
import Testing

@Suite struct SymmetricGridTests {
    private typealias Fixture = QuantizerFixture

    /// The worked example of many a textbook.
    @Test func aWorkedExample() {
        let quantization = ActivationQuantization(ValueRange(low: -1.2, high: 12.7), type: .symmetricInt8)
        #expect(quantization.scale == 0.1 && quantization.zeroPoint == 0)
        let values = Tensor([0.9, -1.2, 0.3, 2.7] as [Float])
        #expect(quantization.quantized(values).elements(as: Int8.self) == [9, -12, 3, 27])
        let unsigned = ActivationQuantization(ValueRange(low: -12.7, high: 2.7), type: .symmetricUInt8)
        #expect(unsigned.scale == 0.1 && unsigned.zeroPoint == 128)
        #expect(unsigned.quantized(values).elements(as: UInt8.self) == [137, 116, 131, 155])
    }

    @Test(arguments: QuantizedType.allCases)
    func bothEndsOfARangeAreHeld(type: QuantizedType) {
        for (low, high) in [(-3, 7), (-7, 3), (0, 5), (-5, 0), (-1e-20, 1e20)] as [(Float, Float)] {
            let quantization = ActivationQuantization(ValueRange(low: low, high: high), type: type)
            let (first, last) = (quantization.representable.lowerBound, quantization.representable.upperBound)
            #expect(first <= low + quantization.scale / 2 && last >= high - quantization.scale / 2)
            #expect(!type.isSymmetric || quantization.zeroPoint == (type.elementType == .uint8 ? 128 : 0))
        }
    }

    @Test(arguments: QuantizedType.allCases)
    func everyGridGivesAWorkingGraph(type: QuantizedType) throws {
        var generator = SeededGenerator(seed: 111)
        let graph = Fixture.graph(
            [
                Fixture.conv("c", ["x", "w"], "a"), Node("Relu", name: "relu", inputs: ["a"], outputs: ["r"]),
                Node(
                    "MaxPool", name: "pool", inputs: ["r"], outputs: ["y"], attributes: ["kernel_shape": .ints([2, 2])]),
            ], ["w": Fixture.random([3, 3, 3, 3], -1...1, &generator)])
        let x = Fixture.random([2, 3, 8, 8], -1...3, &generator)
        for format in [QuantizedFormat.qdq, .qoperator] {
            var options = Fixture.minMax
            options.activationType = type
            options.format = format
            let (quantized, report) = try Fixture.quantize(graph, [x], options)
            let zero = try #require(quantized.initializers["x_zero_point"])
            #expect(zero.elementType == type.elementType)
            #expect(!type.isSymmetric || zero.floats() == [type.elementType == .uint8 ? 128 : 0])
            // Half of a symmetric grid lies below what a Relu gives, so that saturation does not do its work.
            #expect(report.outcome("relu") == (type.isSymmetric ? .fused(into: "c") : .absorbed(into: "c")))
            #expect(report.activation("y")?.sharedWith == "r")
            let steps = try ["x", "r"].map { try #require(report.activation($0)).quantization.scale }
            let product: Float = steps[0] / 2 + 3 * 1.01 / 254
            let bound = 27 * product + steps[1]
            let pairs = zip(try Fixture.run(graph, x).floats(), try Fixture.run(quantized, x).floats())
            #expect(pairs.allSatisfy { abs($0 - $1) <= bound && $1 >= 0 })
        }
    }
}
