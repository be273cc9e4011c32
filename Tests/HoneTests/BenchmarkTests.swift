import Hone
import ModelGraph
import Tensors
import TestSupport
import Testing

@Suite struct BenchmarkTests {
    private static let samples: [([Double], Double, Double, Double)] = [
        ([3], 3, 3, 3), ([4, 1, 3, 2], 2.5, 4, 1), ([5, 1, 2, 3, 4, 6, 7, 8, 9, 10], 5.5, 9, 1),
        (Array(stride(from: 1, through: 11, by: 1)), 6, 10, 1),
        (Array(stride(from: 100, through: 1, by: -1)), 50.5, 90, 1),
    ]

    @Test(arguments: samples)
    func statistics(samples: [Double], median: Double, p90: Double, min: Double) throws {
        let statistics = try #require(LatencyStatistics(milliseconds: samples))
        #expect(statistics.median == median && statistics.p90 == p90 && statistics.min == min)
        #expect(statistics.count == samples.count)
    }

    @Test func noSamplesHaveNoStatistics() {
        #expect(LatencyStatistics(milliseconds: []) == nil)
    }

    @Test func memoryOfALinuxProcess() throws {
        let memory = try #require(ProcessMemory(status: "Name:\thone\nVmHWM:\t  2048 kB\nVmRSS:\t    3 kB\nX: 1\n"))
        #expect(memory.residentBytes == 3 * 1024 && memory.peakBytes == 2048 * 1024)
        #expect(ProcessMemory(status: "Name:\thone\n") == nil)
    }

    /// Blocks against their definition: 16 outputs x 4 inputs at one tap, smaller at the edges and never across groups.
    @Test(arguments: [
        ([32, 16, 3, 3], 1, 2 * 4 * 9), ([40, 6, 1, 1], 1, 3 * 2), ([64, 8, 3, 3], 4, 4 * 1 * 2 * 9),
        ([16, 3, 7, 7], 1, 49),
    ])
    func blocksOfConvolutions(shape: [Int], group: Int, count: Int) throws {
        let blocks = try #require(WeightBlocks(convolution: TensorType(.int8, shape), group: group))
        #expect(blocks.count == count)
        var weight = Tensor([Int8](repeating: 1, count: shape.reduce(1, *)), shape: shape)
        #expect(blocks.density(of: weight) == 1)
        blocks.zero(0.5, of: &weight, seed: 7)
        #expect(abs(blocks.density(of: weight) - 0.5) <= 0.501 / Double(count))
        // Whole blocks: the 16 outputs at one input and tap are zero together.
        let elements = weight.elements(as: Int8.self)
        let taps = shape[2] * shape[3]
        for input in 0..<(shape[1] * taps) {
            let column = (0..<min(16, shape[0] / group)).map { elements[$0 * shape[1] * taps + input] }
            #expect(Set(column).count == 1)
        }
        blocks.zero(1, of: &weight, seed: 7)
        #expect(blocks.density(of: weight) == 0 && weight.elements(as: Int8.self).allSatisfy { $0 == 0 })
    }

    @Test func floatBlocksHaveOneInput() throws {
        let type = TensorType(.float32, [16, 4, 1, 1])
        #expect(try #require(WeightBlocks(convolution: type, group: 1)).count == 4)
        #expect(WeightBlocks(convolution: TensorType(.int8, [16, 1, 3, 3]), group: 16) == nil, "depthwise")
    }

    @Test func aProductAndItsTransposeHaveTheSameBlocks() throws {
        var generator = SeededGenerator(seed: 5)
        let (rows, columns) = (12, 48)
        let values = (0..<(rows * columns)).map { _ in Int8(Int.random(in: 0...8, using: &generator) == 0 ? 1 : 0) }
        let transposed = (0..<(rows * columns)).map { values[$0 % rows * columns + $0 / rows] }
        let straight = try #require(WeightBlocks(product: TensorType(.int8, [rows, columns]), isTransposed: false))
        let turned = try #require(WeightBlocks(product: TensorType(.int8, [columns, rows]), isTransposed: true))
        #expect(straight.count == 3 * 3 && turned.count == 9)
        #expect(
            straight.density(of: Tensor(values, shape: [rows, columns]))
                == turned.density(of: Tensor(transposed, shape: [columns, rows])))
    }

    @Test func zeroIsTheZeroPoint() throws {
        let blocks = try #require(WeightBlocks(convolution: TensorType(.uint8, [2, 4, 1, 1]), group: 1))
        var weight = Tensor([UInt8](repeating: 1, count: 8), shape: [2, 4, 1, 1])
        blocks.zero(1, of: &weight, zeroPoints: [128, 7], seed: 1)
        #expect(weight.elements(as: UInt8.self) == [128, 128, 128, 128, 7, 7, 7, 7])
        #expect(blocks.density(of: weight, zeroPoints: [128, 7]) == 0 && blocks.density(of: weight) == 1)
    }

    @Test func theFirstConvolutionStaysDense() throws {
        let model = try Digits.model()
        let sparse = try model.zeroingBlocks(0.75)
        var densities: [Double] = []
        for node in sparse.graph.nodes where node.operatorType == "Conv" {
            let weight = try #require(sparse.graph.constant(node.inputs[1]))
            let zeros = weight.elements(as: Float.self).count { $0 == 0 }
            densities.append(Double(zeros) / Double(weight.elementCount))
        }
        #expect(densities.count == 5 && densities[0] == 0)
        #expect(densities[1...].allSatisfy { abs($0 - 0.75) < 0.02 }, "\(densities)")
    }

    @Test func layersOfTextFiles() throws {
        let shape = try ConvolutionShape(line: "a 64 56 28 128 3 2 1 1 4")
        #expect(shape.channels == 64 && shape.height == 56 && shape.width == 28 && shape.outputs == 128)
        #expect(shape.stride == 2 && shape.padding == 1 && shape.count == 4)
        for line in [
            "a 1 2 3", "a 64 56 56 64 3 1 1 1", "a 64 1 1 64 3 1 0 1 1", "a 3 8 8 4 3 1 1 2 1", "a 0 8 8 4 3 1 1 1 1",
        ] {
            #expect(throws: HoneError.self) { try ConvolutionShape(line: line) }
        }
        #expect(try MatrixShape("2x3x4").depth == 4)
        for spelling in ["2x3", "2x3x0", "axbxc", "99999999999999999999x1x1"] {
            #expect(throws: HoneError.self) { try MatrixShape(spelling) }
        }
    }

    /// The results of the layers that are measured are neither all the same nor mostly saturated.
    @Test func layerModelsComputeSomething() throws {
        let convolution = try Model.layer(try ConvolutionShape(line: "a 16 9 9 24 3 1 1 1 1"), .int8, batch: 2)
        let product = try Model.layer(try MatrixShape("20x24x64"), .int8)
        for model in [convolution, product] {
            let output = try #require(try model.session(on: .reference).run(try model.randomFeed([:], seed: 3))["y"])
            let values = output.elements(as: UInt8.self)
            #expect(Set(values).count > 50)
            #expect(values.count { $0 == 0 || $0 == 255 } < values.count / 4)
        }
    }

    @Test func aBenchmarkHasLayersAndPeaks() throws {
        var settings = BenchmarkSettings()
        settings.runs = 3
        let configurations = [1, 2].map { BenchmarkConfiguration(device: .reference, threads: $0, batch: 4) }
        let model = try Digits.model()
        let benchmark = try Benchmark(configurations, settings, peaks: PeakTable()) { model }
        try benchmark.run()
        let results = try benchmark.results()
        #expect(results.count == 2)
        for result in results {
            #expect(result.latency.count == 3 && result.peakGops > 0 && result.peakGops == result.peaks.floatGops)
            #expect(result.layers.reduce(0) { $0 + $1.multiplyAccumulateCount } == 4 * 1_779_328)
            #expect(result.layers.allSatisfy { $0.milliseconds > 0 })
        }
    }

    @Test func aBatchThatTheModelDoesNotTakeIsRefused() throws {
        let model = try Model.layer(try ConvolutionShape(line: "a 16 9 9 24 3 1 1 1 1"), .int8)
        let configuration = BenchmarkConfiguration(device: .reference, threads: 1, batch: 8)
        let error = #expect(throws: HoneError.self) {
            try Benchmark([configuration], BenchmarkSettings(), peaks: PeakTable()) { model }
        }
        #expect(error?.code == .invalidOption && error?.message.contains("batches of 1") == true)
    }
}
