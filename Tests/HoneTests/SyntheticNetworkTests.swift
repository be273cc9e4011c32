import Hone
import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct SyntheticNetworkTests {
    private static func settings(
        _ network: SyntheticNetwork, _ arithmetic: LayerArithmetic = .f32, side: Int = 224, sparsity: Double = 0,
        seed: UInt64 = 1
    ) -> SyntheticSettings {
        var settings = SyntheticSettings(network)
        settings.arithmetic = arithmetic
        settings.imageSide = side
        settings.sparsity = sparsity
        settings.seed = seed
        return settings
    }

    /// Published parameters hold a scale and a shift for each channel, which are one bias here. Those of torchvision's
    /// models (docs.pytorch.org/vision, tables of weights) but VGG-16, which is Keras' without its top (14,714,688, biases
    /// counted once) and our classifier. Multiplications of the same tables, in units of 1e9; VGG's hidden layers are 0.8 %
    /// of 15.5.
    private static let published: [(SyntheticNetwork, Int, Double)] = [
        (.resnet18, 11_689_512, 1.81), (.resnet50, 25_557_032, 4.09), (.mobilenetv2, 3_504_872, 0.30),
        (.vgg16, 14_714_688 + 513_000, 15.35),
    ]

    @Test(arguments: published)
    func sizesAreThePublishedOnes(network: SyntheticNetwork, parameters: Int, billions: Double) throws {
        let model = try Model.synthetic(Self.settings(network))
        let summary = try ModelSummary(model, path: "", shapes: [:])
        let clips = model.graph.initializers.keys.count { $0.hasPrefix("clip.") }
        let biases = model.graph.initializers.filter { $0.key.hasPrefix("conv_") && $0.key.hasSuffix(".bias") }
        let shifts = network == .vgg16 ? 0 : biases.values.reduce(0) { $0 + $1.elementCount }
        #expect(summary.parameterCount - clips + shifts == parameters)
        let count = Double(try #require(summary.multiplyAccumulateCount)) / 1e9
        #expect(abs(count - billions) < 0.01, "\(count)")
    }

    /// The steps that a plan has of the same architectures as exporters write them, quantized by `hone quantize`.
    @Test(arguments: [
        (SyntheticNetwork.resnet18, 20, 8), (.resnet50, 53, 16), (.mobilenetv2, 52, 10), (.vgg16, 13, 0),
    ])
    func everyConvolutionRunsOnIntegers(network: SyntheticNetwork, convolutions: Int, sums: Int) throws {
        let model = try Model.synthetic(Self.settings(network, .int8, side: 32))
        let summary = try PlanSummary(model, session: try model.session(on: .cpu), shapes: [:])
        let types = summary.steps.map(\.operatorType)
        #expect(types.count { $0.hasSuffix("QLinearConv") } == convolutions, "\(types)")
        #expect(
            types.count { $0.contains("Relu") || $0 == "Clip" || $0.hasSuffix("Conv") && !$0.contains("QLinear") } == 0)
        // Every sum goes into the convolution before it.
        #expect(types.count { $0.contains("Add") } == 0, "\(types)")
        let fused = summary.steps.filter { $0.operatorType.hasSuffix("QLinearConv") && !$0.fused.isEmpty }
        #expect(fused.count == sums)
    }

    @Test(arguments: SyntheticNetwork.allCases, [0, 0.75])
    func activationsKeepTheirSize(network: SyntheticNetwork, sparsity: Double) throws {
        let model = try Model.synthetic(Self.settings(network, side: 64, sparsity: sparsity))
        let feed = try model.randomFeed([:], seed: 5)
        let output = try #require(try model.session(on: .cpu).run(feed)["output"]).elements(as: Float.self)
        let square = output.reduce(0) { $0 + $1 * $1 } / Float(output.count)
        #expect(square > 1e-4 && square < 1e4, "\(square)")
    }

    /// The quantized model follows the float one as closely as eight bits allow on noise.
    @Test(arguments: [SyntheticNetwork.resnet18, .mobilenetv2])
    func integersFollowTheFloats(network: SyntheticNetwork) throws {
        let float = try Model.synthetic(Self.settings(network, side: 64))
        let quantized = try Model.synthetic(Self.settings(network, .int8, side: 64))
        let feed = try float.randomFeed([:], seed: 1)
        let a = try #require(try float.session(on: .cpu).run(feed)["output"]).elements(as: Float.self)
        let b = try #require(try quantized.session(on: .cpu).run(feed)["output"]).elements(as: Float.self)
        let error = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        #expect(error < 0.1 * a.reduce(0) { $0 + $1 * $1 }, "\(error)")
    }

    @Test func theSeedMakesTheModel() throws {
        let make = { try Model.synthetic(Self.settings(.mobilenetv2, .int8, side: 32, seed: $0)).serialized() }
        let first = try make(3)
        #expect(try make(3) == first)
        #expect(try make(4) != first)
    }

    @Test(arguments: [(LayerArithmetic.int8, 0.9), (.f32, 0.5)])
    func blocksAreZero(arithmetic: LayerArithmetic, sparsity: Double) throws {
        let model = try Model.synthetic(Self.settings(.resnet18, arithmetic, side: 32, sparsity: sparsity))
        var settings = BenchmarkSettings()
        settings.runs = 1
        let configuration = BenchmarkConfiguration(device: .cpu, threads: 1, batch: 2)
        let benchmark = try Benchmark([configuration], settings, peaks: PeakTable()) { model }
        try benchmark.run()
        let densities = try #require(try benchmark.results().first).layers.compactMap(\.density)
        // The first convolution and the classifier are dense.
        #expect(densities.count == 21 && densities.first == 1 && densities.last == 1)
        #expect(densities.dropFirst().dropLast().allSatisfy { abs($0 - (1 - sparsity)) < 0.01 }, "\(densities)")
    }
}

@Suite struct CalibrationBenchmarkTests {
    @Test func bothKindsOfPassesAreTimed() throws {
        var settings = BenchmarkSettings()
        settings.runs = 4
        let configurations = [1, 3].map { BenchmarkConfiguration(device: .cpu, threads: 1, batch: $0) }
        let model = try Digits.model()
        let results = try CalibrationBenchmark(configurations, settings) { model }.run()
        #expect(results.map(\.configuration.batch) == [1, 3])
        for result in results {
            #expect(result.forward.count == 4 && result.calibration.count == 4)
            #expect(result.valueCount > 5 && result.imagesPerSecond > 0 && result.forwardImagesPerSecond > 0)
        }
        #expect(results[1].valueByteCount == 3 * results[0].valueByteCount)
    }

    @Test func aQuantizedModelIsRefused() throws {
        var settings = SyntheticSettings(.mobilenetv2)
        settings.imageSide = 32
        let model = try Model.synthetic(settings)
        let configuration = BenchmarkConfiguration(device: .cpu, threads: 1)
        let error = #expect(throws: HoneError.self) {
            try CalibrationBenchmark([configuration], BenchmarkSettings()) { model }
        }
        #expect(error?.code == .unsupported)
    }
}
