import Foundation
import ModelGraph
import Runtime
import Tensors

/// How close quantized models come to the float one on calibration data.
///
/// Outputs are compared before a Softmax: its results lie near 0 and 1, and say little on a few samples. All models are run
/// side by side, so that the float one runs once; sums go over the elements in their order.
enum OutputFidelity {
    /// Identical outputs count as this many decibels.
    static let ceiling = 200.0

    /// What one model was measured at.
    struct Figure: Equatable {
        /// The signal-to-quantization-noise ratio of each floating-point output in decibels, averaged over the outputs.
        let decibels: Double
        /// The mean Kullback-Leibler divergence of the classes from the float model's, in nats; nil if no output ends in a
        /// Softmax.
        let divergence: Double?
    }

    /// The position of the first with the most decibels. Divergence does not decide: on the labelled models that end in a
    /// Softmax it chose what diverged more on test images in three of the five cases in which it chose otherwise.
    static func best(_ figures: [Figure]) -> Int {
        figures.indices.reduce(0) { figures[$1].decibels > figures[$0].decibels ? $1 : $0 }
    }

    /// - Parameters:
    ///   - graphs: what to measure, QDQ; each runs on integers as a user would run it.
    ///   - limit: how many samples.
    ///   - stage: what to call this in progress.
    /// - Returns: a figure for each graph.
    static func measure(
        _ graphs: [Graph], against reference: Graph, data: RecipeData, limit: Int, backend: any Backend,
        evaluator: any OperatorEvaluator, stage: String? = nil
    ) throws(HoneError) -> [Figure] {
        let classes = reference.outputs.map { beforeSoftmax($0.name, in: reference) != nil }
        var sessions: [Session] = []
        var names: [[String]] = []
        for graph in [reference] + graphs {
            var running = graph
            for index in graph.outputs.indices {
                guard let before = beforeSoftmax(graph.outputs[index].name, in: graph) else { continue }
                running.outputs[index] = ValueInfo(
                    name: before, elementType: graph.outputs[index].elementType, shape: nil)
            }
            names.append(running.outputs.map(\.name))
            try PassPipeline.execution.run(on: &running, evaluator: evaluator)
            sessions.append(try Session(running, backend: backend, evaluator: evaluator))
        }
        var signal = [Double](repeating: 0, count: reference.outputs.count)
        var noise = [[Double]](repeating: signal, count: graphs.count)
        var divergences = [ClassDivergence](repeating: ClassDivergence(), count: graphs.count)
        try data.forEach(limit: limit, in: reference, stage) { feed, _, _ throws(HoneError) in
            let expected = try sessions[0].run(feed)
            for (output, name) in names[0].enumerated() {
                guard let wanted = expected[name], wanted.elementType.isFloatingPoint else { continue }
                signal[output] = sumOfSquares(wanted.floats(), signal[output])
            }
            for number in graphs.indices {
                let found = try sessions[number + 1].run(feed)
                for (output, name) in names[0].enumerated() {
                    guard let wanted = expected[name], wanted.elementType.isFloatingPoint,
                        let value = found[names[number + 1][output]], value.elementCount == wanted.elementCount
                    else { continue }
                    noise[number][output] = sumOfSquares(
                        value.floats(), minus: wanted.floats(), noise[number][output])
                    if classes[output] { divergences[number].add(value, from: wanted) }
                }
            }
        }
        return zip(noise, divergences).map { noise, divergence in
            let ratios = zip(signal, noise).compactMap { signal, noise -> Double? in
                guard signal > 0 else { return nil }
                return noise == 0 ? ceiling : min(10 * log10(signal / noise), ceiling)
            }
            return Figure(
                decibels: ratios.isEmpty ? 0 : ratios.reduce(0, +) / Double(ratios.count), divergence: divergence.mean)
        }
    }

    /// What a final Softmax reads; nil where the output is not its result alone.
    private static func beforeSoftmax(_ output: String, in graph: Graph) -> String? {
        guard let maker = graph.nodes.first(where: { $0.outputs.contains(output) }),
            ["Softmax", "LogSoftmax"].contains(maker.operatorType), let before = maker.input(0),
            graph.constant(before) == nil, !graph.outputs.contains(where: { $0.name == before })
        else { return nil }
        return before
    }

    private static func sumOfSquares(_ values: [Float], _ start: Double) -> Double {
        values.reduce(start) { $1.isFinite ? $0 + Double($1) * Double($1) : $0 }
    }

    /// An element of the float model that is not finite says nothing; one of the quantized model alone counts in full.
    private static func sumOfSquares(_ values: [Float], minus others: [Float], _ start: Double) -> Double {
        var sum = start
        for (value, other) in zip(values, others) where other.isFinite {
            let difference = value.isFinite ? Double(value) - Double(other) : Double(Float.greatestFiniteMagnitude)
            sum += difference * difference
        }
        return sum
    }
}

/// The divergence of classes, summed over samples.
private struct ClassDivergence {
    private var sum = 0.0
    private var count = 0

    /// Nil if nothing was seen.
    var mean: Double? { count > 0 ? sum / Double(count) : nil }

    /// Takes in the logits of a batch; the first dimension is the batch, all others together are the classes.
    mutating func add(_ found: Tensor, from expected: Tensor) {
        let samples = expected.shape.first ?? 1
        guard samples > 0, expected.elementCount >= 2 * samples else { return }
        let classes = expected.elementCount / samples
        let (after, before) = (found.floats(), expected.floats())
        for sample in 0..<samples {
            let range = (sample * classes)..<((sample + 1) * classes)
            guard let p = ClassDivergence.logProbabilities(before[range]) else { continue }
            count += 1
            // A model whose scores are not finite knows nothing of the classes.
            guard let q = ClassDivergence.logProbabilities(after[range]) else {
                sum += log(Double(Float.greatestFiniteMagnitude))
                continue
            }
            sum += max(zip(p, q).reduce(0) { $0 + exp($1.0) * ($1.0 - $1.1) }, 0)
        }
    }

    private static func logProbabilities(_ scores: ArraySlice<Float>) -> [Double]? {
        guard scores.allSatisfy(\.isFinite) else { return nil }
        let highest = Double(scores.max() ?? 0)
        let shifted = scores.map { Double($0) - highest }
        let logSum = log(shifted.reduce(0) { $0 + exp($1) })
        return shifted.map { $0 - logSum }
    }
}
