import Foundation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Optimizers

/// Recipes as a whole, on small networks from a seed.
@Suite struct RecipeTests {
    private typealias Fixture = QuantizerFixture
    private static let backend = ReferenceBackend()

    /// Convolution, swish, two depthwise and two pointwise convolutions. With `spread` the channels between depthwise and
    /// pointwise lie up to a factor of a thousand apart, and the weights that read them make up for it: the same function.
    private func network(spread: Bool) -> Graph {
        var generator = SeededGenerator(seed: 77)
        var constants: [String: Tensor] = [
            "w1": Fixture.random([16, 3, 3, 3], -0.4...0.4, &generator),
            "b1": Fixture.random([16], -0.3...0.3, &generator),
        ]
        var nodes = [
            Fixture.conv("stem", ["x", "w1", "b1"], "s"),
            Node("Sigmoid", name: "gate", inputs: ["s"], outputs: ["g"]),
            Node("Mul", name: "swish", inputs: ["s", "g"], outputs: ["a0"]),
        ]
        for block in 0..<2 {
            let factors = (0..<16).map { _ in
                let power = Float.random(in: -1.5...1.5, using: &generator)
                return spread ? Float(pow(10, Double(power))) : 1
            }
            let depthwise = Fixture.random([16, 1, 3, 3], -0.5...0.6, &generator).elements(as: Float.self)
            let bias = Fixture.random([16], 0...0.3, &generator).elements(as: Float.self)
            let pointwise = Fixture.random([16, 16, 1, 1], -0.4...0.4, &generator).elements(as: Float.self)
            constants["d\(block)"] = Tensor(
                depthwise.enumerated().map { $1 * factors[$0 / 9] }, shape: [16, 1, 3, 3])
            constants["db\(block)"] = Tensor(zip(bias, factors).map { $0 * $1 })
            constants["p\(block)"] = Tensor(
                pointwise.enumerated().map { $1 / factors[$0 % 16] }, shape: [16, 16, 1, 1])
            var convolution = Fixture.conv("depthwise\(block)", ["a\(block)", "d\(block)", "db\(block)"], "m\(block)")
            convolution.attributes["group"] = .int(16)
            nodes += [
                convolution, Node("Relu", name: "relu\(block)", inputs: ["m\(block)"], outputs: ["r\(block)"]),
                Node(
                    "Conv", name: "pointwise\(block)", inputs: ["r\(block)", "p\(block)"],
                    outputs: [block == 0 ? "a1" : "y"]),
            ]
        }
        return Fixture.graph(nodes, constants)
    }

    private func samples(_ count: Int) -> [Tensor] {
        var generator = SeededGenerator(seed: 78)
        return (0..<count).map { _ in Fixture.random([1, 3, 8, 8], -2...2, &generator) }
    }

    /// The samples in batches of `size`.
    private func data(_ samples: [Tensor], batch size: Int = 1) -> RecipeData {
        let batches = stride(from: 0, to: samples.count, by: size).map { start in
            let part = samples[start..<min(start + size, samples.count)]
            return Tensor(part.flatMap { $0.elements(as: Float.self) }, shape: [part.count, 3, 8, 8])
        }
        return RecipeData { $0 < batches.count ? ["x": batches[$0]] : nil }
    }

    private func quantize(
        _ graph: Graph, _ recipe: QuantizationRecipe, _ samples: [Tensor], batch: Int = 1, bytes: Int = 1 << 30,
        estimator: any RangeEstimator = MinMaxRange()
    ) throws -> RecipeResult {
        var options = QuantizationOptions()
        options.estimator = estimator
        let record = try Fixture.record(graph, samples, options)
        return try RecipeRun(
            recipe, options: options, backend: RecipeTests.backend, evaluator: RecipeTests.backend,
            data: data(samples, batch: batch), byteLimit: bytes
        ).quantize(graph, calibration: record)
    }

    private func decibels(_ graph: Graph, _ reference: Graph, _ samples: [Tensor]) throws -> Double {
        try OutputFidelity.measure(
            [graph], against: reference, data: data(samples), limit: .max, backend: RecipeTests.backend,
            evaluator: RecipeTests.backend)[0].decibels
    }

    /// What plain min-max loses to channels a thousand times apart, `best` gets back, on samples that it has not seen.
    @Test func bestRecoversWhatSpreadChannelsLose() throws {
        let all = samples(40)
        let (seen, unseen) = (Array(all[..<24]), Array(all[24...]))
        let (easy, hard) = (network(spread: false), network(spread: true))
        func minMax(_ graph: Graph) throws -> Double {
            try decibels(try Fixture.quantize(graph, seen).graph, graph, unseen)
        }
        let (before, after) = (try minMax(easy), try minMax(hard))
        let result = try quantize(hard, .best, seen)
        let recovered = try decibels(result.graph, hard, unseen)
        print("min-max \(before) dB, with spread channels \(after) dB, best \(recovered) dB: \(result.recipe.trials)")
        #expect(before - after > 10)
        #expect(recovered - after >= 0.8 * (before - after))
        #expect(result.report.entries.contains { $0.notes.contains("channels equalized") })
    }

    /// No recipe is worse than `fast` by its own measure; what it kept is what it measured highest.
    @Test(arguments: [QuantizationRecipe.balanced, .best])
    func theHighestTrialIsKept(recipe: QuantizationRecipe) throws {
        let result = try quantize(network(spread: false), recipe, samples(16), estimator: MeanSquaredErrorRange())
        let trials = result.recipe.trials
        #expect(trials.first?.name == "fast")
        #expect(result.recipe.chosen?.decibels == trials.map(\.decibels).max())
        #expect(try #require(result.recipe.chosen?.decibels) > trials[0].decibels)
        // What was done to a layer is said there; which part measures best is the network's affair.
        #expect(result.report.entries.contains { !$0.notes.isEmpty })
        #expect(result.report.summary.contains("recipe \(recipe.rawValue)"))
    }

    /// The weights that a recipe chose stay in every layer but those that are left in float; these say nothing of it.
    @Test func layersThatAreLeftInFloatChangeNoOther() throws {
        let result = try quantize(network(spread: false), .balanced, samples(16))
        let (graph, report) = try result.quantized(leaving: ["depthwise0"])
        let left = try #require(report.entries.first { $0.node == "depthwise0" })
        #expect(left.outcome == .float(reason: "excluded by name") && left.notes.isEmpty)
        // Biases make up for other layers, and are corrected anew.
        func weights(_ graph: Graph, _ node: String) -> Tensor? {
            graph.node(node)?.input(1).flatMap { graph.producer(of: $0)?.input(0) }.flatMap { graph.constant($0) }
        }
        for node in ["stem", "pointwise0", "depthwise1", "pointwise1"] {
            let kept = try #require(weights(graph, node))
            #expect(kept == weights(result.graph, node), "\(node)")
        }
        #expect(weights(graph, "depthwise0") == nil)
        #expect(try result.quantized(leaving: []).graph.fingerprint == result.graph.fingerprint)
    }

    /// Neither batches, threads nor the number of passes over the data change the model.
    @Test func theModelDependsOnTheDataAlone() throws {
        let (graph, seen) = (network(spread: true), samples(12))
        let expected = try quantize(graph, .balanced, seen).graph.fingerprint
        #expect(try quantize(graph, .balanced, seen, batch: 5).graph.fingerprint == expected)
        #expect(
            try HostThreads.$limit.withValue(1) { try quantize(graph, .balanced, seen).graph.fingerprint } == expected)
        // Room for the samples that wait, and for the largest Hessian, but not for all at once.
        let pass = HessianPass(
            backend: RecipeTests.backend, evaluator: RecipeTests.backend, data: data(seen), sampleLimit: 8,
            byteLimit: 1 << 20)
        let layers = [0, 3, 5, 6, 8].compactMap { WeightedLayer($0, in: graph, perTensor: false) }.map {
            HessianPass.Candidate(layer: $0, nearest: $0.nearest(inputScale: 0.01))
        }
        #expect(layers.count == 5)
        let together = try pass.round(layers, of: graph)
        let apart = try HessianPass(
            backend: RecipeTests.backend, evaluator: RecipeTests.backend, data: data(seen), sampleLimit: 8,
            byteLimit: 12 * 64 * 64
        ).round(layers, of: graph)
        #expect(Set(together.keys) == Set(apart.keys))
        #expect(!together.isEmpty)
        for (name, one) in together {
            #expect(
                one.outcome.integers.elements(as: Int8.self) == apart[name]?.outcome.integers.elements(as: Int8.self))
        }
    }

    /// The function stays; every pair is found, through the functions that let a scale pass.
    @Test func equalizationKeepsTheFunction() throws {
        let graph = network(spread: true)
        let equalization = CrossLayerEqualization(graph)
        #expect(equalization.pairs.map(\.value) == ["r0", "a1", "r1"])
        var extremes = ChannelExtremes()
        let watched = try WatchedModel(
            graph, values: ["r0", "a1", "r1"], on: RecipeTests.backend, evaluator: RecipeTests.backend)
        for x in samples(4) { try watched.run(["x": x]) { name, view in extremes.add(view, to: name) } }
        let (equalized, changed) = equalization.apply(to: graph, extremes)
        #expect(changed == ["m0", "a1", "m1", "y"])
        #expect(try decibels(equalized, graph, samples(4)) > 100)
    }

    /// A mean error that every sample shows moves into the bias whole; one that the spread drowns does not.
    @Test func correctionsShrinkWithDoubt() throws {
        func means(_ rows: [[Float]]) -> ChannelMeans {
            var means = ChannelMeans()
            for row in rows { row.withUnsafeBufferPointer { means.add($0, samples: 1, channels: 2, areLast: true) } }
            return means
        }
        let float = means([[1, 5], [2, 6], [3, 7]])
        let quantized = means([[0.5, 4], [1.5, 7.5], [2.5, 6.5]])
        let shift = try #require(BiasCorrection.shift(from: quantized, to: float))
        #expect(shift == [0.5, 0])
        #expect(BiasCorrection.shift(from: means([[1, 2]]), to: float) == nil)
    }

    /// A systematic error of rounding is gone from the mean output, layer after layer.
    @Test func correctedMeansAreTheFloatOnes() throws {
        let (graph, seen) = (network(spread: false), samples(16))
        let options = Fixture.minMax
        let result = try Fixture.quantize(graph, seen)
        var biased = graph
        for index in [5, 8] {
            let bias = "zero\(index)"
            biased.setInitializer(bias, Tensor([Float](repeating: 0, count: 16)))
            biased.nodes[index].inputs.append(bias)
        }
        let layers = [0, 3, 5, 6, 8].compactMap { WeightedLayer($0, in: biased, perTensor: false) }
        let quantized = try Quantizer(options: options, evaluator: RecipeTests.backend).quantize(
            biased, calibration: try Fixture.record(graph, seen, options))
        let correction = BiasCorrection(
            backend: RecipeTests.backend, evaluator: RecipeTests.backend, data: data(seen, batch: 3), sampleLimit: 16,
            byteLimit: 1 << 30)
        let (shifts, count) = try correction.corrections(of: biased, layers: layers, quantized: quantized.graph)
        #expect(count == 16)
        #expect(Set(shifts.keys) == ["s", "m0", "a1", "m1", "y"])
        var adjusted = options
        for (name, shift) in shifts { adjusted.adjustments[name, default: LayerAdjustment()].biasShift = shift }
        let corrected = try Quantizer(options: adjusted, evaluator: RecipeTests.backend).quantize(
            biased, calibration: try Fixture.record(graph, seen, options))
        func meanError(_ other: Graph) throws -> Double {
            var sum = [Double](repeating: 0, count: 16)
            for x in seen {
                let (one, two) = (try Fixture.run(graph, x), try Fixture.run(other, x))
                for (place, pair) in zip(one.elements(as: Float.self), two.elements(as: Float.self)).enumerated() {
                    sum[place / 64] += Double(pair.0 - pair.1)
                }
            }
            return sum.reduce(0) { $0 + $1.magnitude }
        }
        #expect(try meanError(corrected.graph) < 0.5 * (try meanError(result.graph)))
    }
}
