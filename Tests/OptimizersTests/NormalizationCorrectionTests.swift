import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Batch normalizations that stay nodes, fitted to what a quantized convolution feeds them.
@Suite struct NormalizationCorrectionTests {
    private typealias Fixture = QuantizerFixture

    /// A convolution, a pool, and a normalization as folding leaves it.
    private func network(_ generator: inout SeededGenerator) -> Graph {
        Fixture.graph(
            [
                Fixture.conv("c", ["x", "w"], "s"),
                Node(
                    "AveragePool", name: "p", inputs: ["s"], outputs: ["q"],
                    attributes: ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]),
                Node("Mul", name: "scale", inputs: ["q", "g"], outputs: ["m"]),
                Node("Add", name: "shift", inputs: ["b", "m"], outputs: ["y"]),
            ],
            [
                "w": Fixture.random([6, 3, 3, 3], -0.5...0.5, &generator),
                "g": Fixture.random([6, 1, 1], 0.5...2, &generator),
                "b": Fixture.random([1, 6, 1, 1], -1...1, &generator),
            ])
    }

    private func moments(_ graph: Graph, _ samples: [Tensor]) throws -> ChannelMoments {
        var moments = ChannelMoments()
        for x in samples {
            let y = try Fixture.run(graph, x)
            y.withElements(of: Float.self) { moments.add($0, shape: y.shape) }
        }
        return moments
    }

    /// Ranges from samples a third as large saturate the rest: means and variances of the results move, and the fit brings
    /// them back.
    @Test func resultsKeepTheirMeansAndVariances() throws {
        var generator = SeededGenerator(seed: 21)
        let graph = network(&generator)
        let small = (0..<4).map { _ in Fixture.random([2, 3, 8, 8], -0.5...1, &generator) }
        let samples = (0..<8).map { _ in Fixture.random([2, 3, 8, 8], -1.5...3, &generator) }
        let quantized = try Fixture.quantize(graph, small).graph
        func fit(_ limit: Int, _ target: Graph) throws -> NormalizationCorrection.Result? {
            try NormalizationCorrection(
                backend: Fixture.backend, evaluator: Fixture.backend,
                data: RecipeData { $0 < samples.count ? ["x": samples[$0]] : nil }, sampleLimit: limit,
                byteLimit: 1 << 30
            ).fit(graph, to: target)
        }
        let fitted = try #require(try fit(16, quantized))
        #expect(fitted.changed == ["m", "y"] && fitted.samples == 16)
        let after = try Quantizer(options: Fixture.minMax, evaluator: Fixture.backend).quantize(
            fitted.graph, calibration: try Fixture.record(graph, small, Fixture.minMax)
        ).graph
        let (expected, plain, found) = (
            try moments(graph, samples), try moments(quantized, samples), try moments(after, samples)
        )
        func distance(_ one: [Double], _ other: [Double]) -> Double {
            zip(one, other).reduce(0) { $0 + ($1.0 - $1.1).magnitude }
        }
        print("means off by \(distance(plain.means, expected.means)), fitted \(distance(found.means, expected.means))")
        #expect(distance(plain.means, expected.means) > 0.1)
        #expect(distance(found.means, expected.means) < 0.01 * distance(plain.means, expected.means))
        #expect(distance(plain.variances, expected.variances) > 0.1)
        // A channel that saturates nearly everywhere is scaled by the bound, and no further.
        #expect(distance(found.variances, expected.variances) < distance(plain.variances, expected.variances))
        // Against itself nothing moves.
        #expect(try fit(16, graph) == nil)
    }
}
