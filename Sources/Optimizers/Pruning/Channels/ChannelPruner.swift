import ModelGraph
import Runtime
import Tensors

/// Removes whole channels from a graph, with the filters that make them and the weights that read them: what is left is a
/// smaller dense graph.
package struct ChannelPruner {
    private let options: PruningOptions
    private let backend: any Backend
    private let evaluator: any OperatorEvaluator
    private let data: RecipeData?

    /// How many output positions of a sample count.
    private static let positionsPerSample = 64

    /// - Parameter data: samples to score and to fit by; nil for magnitudes alone.
    package init(
        options: PruningOptions, backend: any Backend, evaluator: any OperatorEvaluator, data: RecipeData?
    ) {
        (self.options, self.backend, self.evaluator, self.data) = (options, backend, evaluator, data)
    }

    /// Prunes a graph to a share of its multiply-accumulates.
    ///
    /// - Parameters:
    ///   - graph: after the portable passes.
    ///   - fraction: above 0 and at most 1; the result has no more.
    ///   - multiple: layers keep multiples of so many channels, and at least so many.
    ///   - excluded: nodes whose weights stay as they are.
    /// - Throws: `.invalidOption` where the share or the multiple have no sense or cannot be reached; what reading the data
    ///   and running the model throw.
    package func prune(
        _ graph: Graph, keepingMACs fraction: Double, multiple: Int, excluded: NodeSelection
    ) throws(HoneError) -> PruningResult {
        guard fraction > 0, fraction <= 1 else {
            throw HoneError(
                .invalidOption, "the share of multiply-accumulates is \(fraction); it must be above 0 and at most 1")
        }
        guard multiple >= 1 else {
            throw HoneError(.invalidOption, "channels in multiples of \(multiple); expected at least 1")
        }
        let graph = options.refits && data != nil ? withBiases(graph, excluded) : graph
        guard let inferred = graph.typesOfUsualInputs(evaluator: evaluator) else {
            throw HoneError(
                .unsupported, "the sizes of the model's inputs are not known, so that its channels cannot be followed",
                remedy: "declare the input's shape in the model")
        }
        let groups = ChannelGroups(graph, inferred: inferred)
        let costs = ChannelCosts(graph, inferred, groups)
        let obstacles = groups.groups.map { obstacle($0, graph, excluded, multiple) }
        let readers = ChannelColumns.all(in: graph, groups)
        let isFree = obstacles.map { $0 == nil }
        let energies = try energies(graph, groups, readers, isFree, multiple)
        let choice = ChannelSelection(costs: costs, energies: energies, multiple: multiple, isFree: isFree)
            .choice(fraction: fraction)
        guard choice.share <= fraction else {
            throw HoneError(
                .invalidOption,
                "the model cannot be brought to \(fraction) of its multiply-accumulates by removing channels in multiples of "
                    + "\(multiple); \(choice.share) is the least",
                remedy: "ask for more, or exclude fewer layers")
        }
        let (fitted, errors) = try refitted(graph, readers, choice.kept, excluded)
        let smaller = try groups.selected(fitted, kept: choice.kept)
        try smaller.validate()
        var layers = layers(graph, smaller, groups, obstacles)
        for index in layers.indices {
            guard let error = errors[layers[index].name] else { continue }
            (layers[index].errorMasked, layers[index].errorRefitted) = error
        }
        return PruningResult(graph: smaller, layers: layers)
    }

    /// The graph with a bias, of zeros where there was none, in each layer that will be fitted: one that the fit adds later would
    /// belong to no group of channels.
    private func withBiases(_ graph: Graph, _ excluded: NodeSelection) -> Graph {
        var biased = graph
        for layer in PrunableLayer.all(in: graph) {
            guard !excluded.nodes.contains(layer.name), !excluded.operators.contains(layer.operatorType),
                let matrix = LayerMatrix(layer, in: graph), matrix.canHaveBias,
                graph.nodes[layer.index].input(2).flatMap({ graph.constant($0) })?.shape != [layer.outputs]
            else { continue }
            _ = matrix.write(to: &biased, layer, changesBias: true)
        }
        return biased
    }

    /// How much hangs on each channel, by the score of the options.
    private func energies(
        _ graph: Graph, _ groups: ChannelGroups, _ readers: [ChannelColumns], _ isFree: [Bool], _ multiple: Int
    ) throws(HoneError) -> ChannelEnergies {
        let layers = readers.filter { $0.columns.keys.contains { isFree[$0] } }
        guard options.score != .magnitude, !layers.isEmpty,
            var run = try run(graph, layers.map(\.layer), hasPruned: false)
        else { return ChannelEnergies(magnitudes: graph, groups) }
        var energies = ChannelEnergies()
        var eliminated: [Int: [ChannelElimination.Reader]] = [:]
        var tooLarge: Set<Int> = []
        var bytes = 0
        for (number, one) in layers.enumerated() {
            data?.tell("Weighing channels", "layers", done: number, of: layers.count)
            guard LayerMoments.byteCount(one.layer) <= options.byteLimit / 2,
                let matrix = LayerMatrix(one.layer, in: graph),
                var moments = try run.moments(of: one.layer)
            else { continue }
            moments.setTargets(matrix)
            guard moments.isUsable else { continue }
            let groups = one.columns.keys.filter { isFree[$0] }.sorted()
            bytes += (one.layer.columns + one.layer.outputs) * one.layer.columns * 8
            if options.score == .hessianGreedy, one.layer.columns <= ChannelElimination.columnLimit,
                bytes <= options.byteLimit / 2,
                let made = ChannelElimination.readers(one, groups, matrix, moments)
            {
                for (group, reader) in made { eliminated[group, default: []].append(reader) }
            } else {
                tooLarge.formUnion(groups)
            }
            energies.add(one, matrix, moments, isDiagonal: options.score == .activation)
        }
        // What nobody reads whose inputs are known goes by its weights.
        let known = Set(energies.layers.flatMap(\.shares.keys))
        for layer in ChannelEnergies(magnitudes: graph, groups).layers {
            let missing = layer.shares.filter { !known.contains($0.key) }
            if !missing.isEmpty { energies.layers.append(ChannelEnergies.Layer(shares: missing)) }
        }
        guard options.score == .hessianGreedy else { return energies }
        for (group, readers) in eliminated.sorted(by: { $0.key < $1.key }) where !tooLarge.contains(group) {
            energies.replace(
                group, by: ChannelElimination(readers, count: groups.groups[group].count, leaving: min(multiple, 8)))
        }
        return energies
    }

    /// The graph with zeros for the channels that go, and all that reads them fitted to give what it gave before, layer after
    /// layer behind the fitted ones. Errors by layer: masked only, and fitted.
    private func refitted(
        _ graph: Graph, _ readers: [ChannelColumns], _ kept: [Int: [Int]], _ excluded: NodeSelection
    ) throws(HoneError) -> (graph: Graph, errors: [String: (Double?, Double?)]) {
        var fitted = graph
        var errors: [String: (Double?, Double?)] = [:]
        guard let first = readers.firstIndex(where: { $0.columns.keys.contains { kept[$0] != nil } }) else {
            return (graph, [:])
        }
        // What comes after a layer that lost channels is fitted too: its inputs are not what they were.
        let layers = readers[first...].filter {
            !excluded.nodes.contains($0.layer.name) && !excluded.operators.contains($0.layer.operatorType)
        }
        var run = options.refits ? try self.run(graph, layers.map(\.layer), hasPruned: true) : nil
        for (number, one) in layers.enumerated() {
            data?.tell("Fitting", "layers", done: number, of: layers.count)
            guard let matrix = LayerMatrix(one.layer, in: graph) else { continue }
            let mask = one.mask(kept)
            var made = mask.masked(matrix)
            var isFitted = false
            if run != nil, LayerMoments.byteCount(one.layer) <= options.byteLimit / 2,
                let moments = try run?.moments(of: one.layer), moments.isUsable
            {
                let masked = moments.relativeError(made)
                errors[one.layer.name] = (masked, nil)
                let refit = LeastSquaresRefit(moments: moments, original: matrix, ridge: LayerPruning.ridge)
                if let better = refit.refitted(mask) {
                    let error = moments.relativeError(better)
                    if error <= masked {
                        (made, isFitted) = (better, true)
                        errors[one.layer.name] = (masked, error)
                    }
                }
            }
            if !made.write(to: &fitted, one.layer, changesBias: isFitted) {
                _ = mask.masked(matrix).write(to: &fitted, one.layer, changesBias: false)
            }
            run?.adopt(fitted)
        }
        return (fitted, errors)
    }

    private func run(
        _ graph: Graph, _ layers: [PrunableLayer], hasPruned: Bool
    ) throws(HoneError) -> MomentsRun? {
        guard let data, !layers.isEmpty else { return nil }
        let sizes = layers.map { LayerMoments.byteCount($0) }.filter { $0 <= options.byteLimit / 2 }
        return try MomentsRun(
            graph, layers: layers, hasPruned: hasPruned, positionLimit: ChannelPruner.positionsPerSample,
            sampleLimit: options.sampleLimit, byteLimit: options.byteLimit - (sizes.max() ?? 0), data: data,
            backend: backend, evaluator: evaluator)
    }

    /// Why no channel of a group may go; nil where they may.
    private func obstacle(
        _ group: ChannelGroups.Group, _ graph: Graph, _ excluded: NodeSelection, _ multiple: Int
    ) -> String? {
        if let reason = group.removalObstacle { return reason }
        for use in group.uses where use.input == 1 {
            let node = graph.nodes[use.node]
            if excluded.operators.contains(node.operatorType) || excluded.nodes.contains(node.selectionName ?? "") {
                return "'\(node.selectionName ?? "")' is excluded"
            }
        }
        return group.count <= multiple ? "it has \(group.count) channels" : nil
    }

    /// What became of each layer with weights.
    private func layers(
        _ graph: Graph, _ smaller: Graph, _ groups: ChannelGroups, _ obstacles: [String?]
    ) -> [PrunedLayer] {
        graph.nodes.indices.compactMap { index in
            let node = graph.nodes[index]
            guard let before = ChannelEnergies.weights(index, graph),
                let after = ChannelEnergies.weights(index, smaller),
                let name = node.selectionName, let output = node.outputs.first
            else { return nil }
            let own = groups.groups(
                of: output, dimension: node.operatorType.hasPrefix("Conv") ? 1 : before.shape.count - 1)
            let reason =
                own.lazy.compactMap { obstacles[$0] }.first ?? groups.obstacle(of: output)
                ?? "other layers lose less by it"
            var layer = PrunedLayer(
                name: name, operatorType: node.operatorType, shape: before.shape, blocks: before.elementCount,
                keptBlocks: after.elementCount,
                asked: 1 - Double(after.elementCount) / Double(max(before.elementCount, 1)),
                decision: before.shape == after.shape ? .dense(reason) : .pruned)
            layer.shape = after.shape
            return layer
        }
    }
}
