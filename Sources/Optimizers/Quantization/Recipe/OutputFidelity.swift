import Foundation
import ModelGraph
import Runtime
import Tensors

/// How close quantized models come to the float one on calibration data: the signal-to-quantization-noise ratio of each
/// floating-point output in decibels, averaged over the outputs. Before a Softmax: its results lie near 0 and 1, and say
/// little on a few samples.
///
/// All are run side by side, so that the float model runs once; sums go over the elements in their order.
enum OutputFidelity {
    /// Identical outputs count as this many decibels.
    static let ceiling = 200.0

    /// - Parameters:
    ///   - graphs: what to measure, QDQ; each runs on integers as a user would run it.
    ///   - limit: how many samples.
    /// - Returns: a figure for each graph, the higher the better.
    static func measure(
        _ graphs: [Graph], against reference: Graph, data: RecipeData, limit: Int, backend: any Backend,
        evaluator: any OperatorEvaluator
    ) throws(HoneError) -> [Double] {
        var sessions: [Session] = []
        var names: [[String]] = []
        for graph in [reference] + graphs {
            var running = beforeSoftmax(graph)
            names.append(running.outputs.map(\.name))
            try PassPipeline.execution.run(on: &running, evaluator: evaluator)
            sessions.append(try Session(running, backend: backend, evaluator: evaluator))
        }
        var signal = [Double](repeating: 0, count: reference.outputs.count)
        var noise = [[Double]](repeating: signal, count: graphs.count)
        try data.forEach(limit: limit, in: reference) { feed, _, _ throws(HoneError) in
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
                }
            }
        }
        return noise.map { noise in
            let ratios = zip(signal, noise).compactMap { signal, noise -> Double? in
                guard signal > 0 else { return nil }
                return noise == 0 ? ceiling : min(10 * log10(signal / noise), ceiling)
            }
            return ratios.isEmpty ? 0 : ratios.reduce(0, +) / Double(ratios.count)
        }
    }

    /// The graph with the inputs of final Softmaxes as its outputs.
    private static func beforeSoftmax(_ graph: Graph) -> Graph {
        var graph = graph
        for index in graph.outputs.indices {
            guard let maker = graph.nodes.first(where: { $0.outputs.contains(graph.outputs[index].name) }),
                ["Softmax", "LogSoftmax"].contains(maker.operatorType), let before = maker.input(0),
                graph.constant(before) == nil, !graph.outputs.contains(where: { $0.name == before })
            else { continue }
            graph.outputs[index] = ValueInfo(name: before, elementType: graph.outputs[index].elementType, shape: nil)
        }
        return graph
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
