import ModelGraph
import Runtime
import Tensors

/// Fits batch normalizations that no layer could take in, as before a Relu in a pre-activation network, to what a quantized
/// model feeds them (they are measured anew after weights change in OBC, Frantar and Alistarh 2022, arXiv:2208.11580).
///
/// They are a Mul and an Add with a constant for each channel (`BatchNormFolding`). The trained statistics in these come from
/// far more data than there is here, so that they are moved by what quantization changed on the same samples rather than
/// replaced: mean and variance of each channel's results become what they are in the float model. Where quantization changes
/// nothing, nothing changes. One after the other: each is fitted behind those that are fitted.
struct NormalizationCorrection {
    let backend: any Backend
    let evaluator: any OperatorEvaluator
    let data: RecipeData
    /// How many samples, at most.
    let sampleLimit: Int
    /// How much what waits may take.
    let byteLimit: Int

    /// A variance counts as changed by this factor at most, either way.
    private static let largestRatio = 4.0

    /// What was fitted.
    struct Result {
        /// The float graph with other constants.
        let graph: Graph
        /// The outputs of the nodes that changed.
        let changed: [String]
        let samples: Int
    }

    /// - Parameters:
    ///   - graph: the float graph that was quantized.
    ///   - quantized: what became of it (QDQ).
    /// - Returns: nil if there is no batch normalization, or none that quantization moved.
    func fit(_ graph: Graph, to quantized: Graph) throws(HoneError) -> Result? {
        let simulated = try SimulatedGraph(quantized)
        var positions: [String: Int] = [:]
        for (index, node) in simulated.graph.nodes.enumerated() {
            for output in node.outputs where !output.isEmpty { positions[output] = index }
        }
        // What computes in float in both graphs keeps the names of its outputs.
        let places = ChannelScaling.all(in: graph).compactMap { scaling -> Place? in
            guard let scale = positions[scaling.scaled], let shift = positions[scaling.output],
                scale > 0, shift > scale, simulated.graph.nodes[scale].operatorType == "Mul",
                simulated.graph.nodes[shift].operatorType == "Add"
            else { return nil }
            return Place(scaling: scaling, scale: scale, shift: shift)
        }
        guard !places.isEmpty else { return nil }
        let limit = try SegmentedRun.affordableSamples(
            simulated, cuts: places.map { $0.scale - 1 }, data: data, limit: sampleLimit, byteLimit: byteLimit,
            backend: backend, evaluator: evaluator)
        let expected = try floatMoments(graph, places.map(\.scaling.input), limit: limit)
        var run = SegmentedRun(simulated, backend: backend, evaluator: evaluator)
        try data.forEach(limit: limit, in: graph) { feed, samples, _ throws(HoneError) in
            run.add(feed, samples: samples)
        }
        var fitted = graph
        var names = NameScope(graph)
        var changed: [String] = []
        for (number, place) in places.enumerated() {
            data.tell("Fitting batch normalizations", "nodes", done: number, of: places.count)
            try run.advance(to: place.scale - 1)
            let scaling = place.scaling
            guard let wanted = expected[scaling.input],
                let value = simulated.graph.nodes[place.scale].input(scaling.inputPosition),
                let constants = NormalizationCorrection.constants(scaling, from: wanted, to: run.moments(of: value))
            else { continue }
            for (node, position, simulatedNode, tensor) in [
                (scaling.scaleNode, scaling.scalePosition, place.scale, constants.scale),
                (scaling.shiftNode, scaling.shiftPosition, place.shift, constants.shift),
            ] {
                let name = names.unused("\(graph.nodes[node].inputs[position])_fitted")
                fitted.setInitializer(name, tensor)
                fitted.nodes[node].inputs[position] = name
                run.replaceConstant(input: position, of: simulatedNode, name, tensor)
            }
            changed += [scaling.scaled, scaling.output]
        }
        data.tell("Fitting batch normalizations", "nodes", done: places.count, of: places.count)
        return changed.isEmpty ? nil : Result(graph: fitted, changed: changed, samples: run.sampleCount)
    }

    /// A normalization and where it is in the simulated graph.
    private struct Place {
        let scaling: ChannelScaling
        let scale: Int
        let shift: Int
    }

    private func floatMoments(
        _ graph: Graph, _ values: [String], limit: Int
    ) throws(HoneError) -> [String: ChannelMoments] {
        let watched = try WatchedModel(graph, values: Set(values), on: backend, evaluator: evaluator)
        var moments: [String: ChannelMoments] = [:]
        try data.forEach(limit: limit, in: graph, "Float statistics") { feed, _, _ throws(HoneError) in
            try watched.run(feed) { name, view in
                moments[name, default: ChannelMoments()].add(view.elements(as: Float.self), shape: view.shape)
            }
        }
        return moments
    }

    /// Constants with which the results have the mean and the variance that they had before; nil if nothing has moved, or is
    /// not finite.
    private static func constants(
        _ scaling: ChannelScaling, from expected: ChannelMoments, to found: ChannelMoments
    ) -> (scale: Tensor, shift: Tensor)? {
        let (before, after) = (expected.means, found.means)
        let (spreadBefore, spreadAfter) = (expected.variances, found.variances)
        var (scale, shift) = (scaling.scale.floats(), scaling.shift.floats())
        guard before.count == scale.count, after.count == scale.count, found.count == expected.count else {
            return nil
        }
        var hasMoved = false
        for channel in scale.indices
        where before[channel] != after[channel] || spreadBefore[channel] != spreadAfter[channel] {
            // A channel that is constant in one of the models says nothing of its scale.
            let isKnown = spreadBefore[channel] > 0 && spreadAfter[channel] > 0
            let ratio = isKnown ? spreadAfter[channel] / spreadBefore[channel] : 1
            let old = Double(scale[channel])
            let new = old / min(max(ratio, 1 / largestRatio), largestRatio).squareRoot()
            scale[channel] = Float(new)
            shift[channel] = Float(Double(shift[channel]) + old * before[channel] - new * after[channel])
            hasMoved = true
        }
        guard hasMoved, scale.allSatisfy(\.isFinite), shift.allSatisfy(\.isFinite) else { return nil }
        return (Tensor(scale, shape: scaling.scale.shape), Tensor(shift, shape: scaling.shift.shape))
    }
}
