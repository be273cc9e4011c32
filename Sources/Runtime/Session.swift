import ModelGraph
import Synchronization
import Tensors

/// A graph on a backend: plans for the inputs it meets, keeps the plans, runs batches.
///
/// A plan is made for each combination of input types and, where run-time inputs decide shapes or are packed by the
/// backend (weights, axes, scales), of their contents. Calls from several threads take turns.
///
/// `@unchecked Sendable`: `cache` is touched under `turn` alone.
package final class Session: @unchecked Sendable {
    /// The graph, in which constants that a plan holds packed take no memory until somebody reads them.
    package var graph: Graph { held.withLock { $0 } }
    private let held: Mutex<Graph>
    package let backend: any Backend
    private let evaluator: any OperatorEvaluator
    private let specialisedInputs: Set<String>
    private let turn = Mutex<Void>(())
    private var cache = PlanCache()

    /// Checks the graph; nothing is planned until `prepare` or the first batch shows its shapes.
    package init(_ graph: Graph, backend: any Backend, evaluator: any OperatorEvaluator) throws(HoneError) {
        try graph.validate()
        held = Mutex(graph)
        self.backend = backend
        self.evaluator = evaluator
        specialisedInputs = try Session.specialisedInputs(of: graph, backend)
    }

    /// Plans and packs now rather than with the first batch, where the graph fixes the shape of every input.
    package func prepare() throws(HoneError) {
        var feed: [String: Tensor] = [:]
        for input in graph.requiredInputs {
            let sizes = (input.shape ?? [Dimension.unknown]).map(\.size)
            let shape = sizes.compactMap { $0 }
            guard let elementType = input.elementType, shape.count == sizes.count,
                !specialisedInputs.contains(input.name)
            else { return }
            let type = try TensorType.validated(elementType, shape)
            try MemoryLimit.check(type.byteCount, for: "an input of the declared shape")
            feed[input.name] = Tensor(zeros: type)
        }
        try turn.withLock { _ throws(HoneError) in _ = try entry(for: feed) }
    }

    /// Runs one batch.
    ///
    /// - Parameter feed: a tensor for each required input, by name, in the model's own element type.
    /// - Returns: every graph output by name, in the model's own element type.
    /// - Throws: `.invalidInput` where the feed does not fit the model.
    package func run(_ feed: [String: Tensor], observer: StepObserver? = nil) throws(HoneError) -> [String: Tensor] {
        try check(feed)
        return try turn.withLock { _ throws(HoneError) -> [String: Tensor] in
            let entry = try entry(for: feed)
            let plan = entry.prepared.plan
            let inputs = try plan.inputs.map { value throws(HoneError) -> Tensor in
                guard let tensor = feed[plan.values[value].name] else {
                    throw HoneError(.invalidInput, "input '\(plan.values[value].name)' is not given")
                }
                return tensor.inComputeType()
            }
            let results = try entry.prepared.run(inputs, observer: observer)
            var outputs: [String: Tensor] = [:]
            for (value, tensor) in zip(plan.outputs, results) {
                let planned = plan.values[value]
                outputs[planned.name] = tensor.narrowed(to: planned.modelElementType)
            }
            return outputs
        }
    }

    /// The plan that a feed would run.
    package func plan(for feed: [String: Tensor]) throws(HoneError) -> Plan {
        try check(feed)
        return try turn.withLock { _ throws(HoneError) -> Plan in try entry(for: feed).prepared.plan }
    }

    private func check(_ feed: [String: Tensor]) throws(HoneError) {
        for input in graph.inputs {
            guard let tensor = feed[input.name] else {
                if graph.initializers[input.name] != nil { continue }
                let given = feed.isEmpty ? "nothing" : feed.keys.sorted().map { "'\($0)'" }.joined(separator: ", ")
                throw HoneError(.invalidInput, "input '\(input.name)' is not given; the feed has \(given)")
            }
            try input.check(tensor.type)
        }
        let names = Set(graph.inputs.map(\.name))
        for name in feed.keys.sorted() where !names.contains(name) {
            let known = graph.inputs.map { "'\($0.name)'" }.joined(separator: ", ")
            throw HoneError(.invalidInput, "the model has no input '\(name)'; it has \(known)")
        }
    }

    private func entry(for feed: [String: Tensor]) throws(HoneError) -> PlanCache.Entry {
        let values = feed.filter { specialisedInputs.contains($0.key) }
        if let entry = cache.find(feed: feed, values: values) { return entry }
        let inferred = try graph.inferTypes(
            inputTypes: feed.mapValues(\.type), inputValues: values, evaluator: evaluator)
        let plan = try Plan(graph, inferred: inferred)
        try MemoryLimit.check(
            plan.arenaByteCount + plan.boundaryByteCount + plan.constantByteCount, for: "planning the model",
            remedy: "feed smaller inputs or fewer samples at a time")
        let prepared = try backend.prepare(plan)
        let entry = PlanCache.Entry(types: feed.mapValues(\.type), values: values, prepared: prepared)
        cache.insert(entry)
        held.withLock { graph in
            for (name, tensor) in prepared.packedConstants where graph.initializers[name]?.type == tensor.type {
                graph.setInitializer(name, tensor)
            }
        }
        return entry
    }

    private static func specialisedInputs(of graph: Graph, _ backend: any Backend) throws(HoneError) -> Set<String> {
        var names = try graph.planTimeInputNames()
        let inputs = Set(graph.inputs.map(\.name))
        for node in graph.nodes {
            for index in backend.packedInputs(of: try graph.decode(node)) {
                if let name = node.input(index), inputs.contains(name) { names.insert(name) }
            }
        }
        return names
    }
}

extension ValueInfo {
    /// - Throws: `.invalidInput` if a tensor of that type cannot be fed here.
    package func check(_ type: TensorType) throws(HoneError) {
        if let elementType, elementType != type.elementType {
            throw HoneError(.invalidInput, "input '\(name)' is given as \(type), but the model wants \(elementType)")
        }
        guard let shape else { return }
        let fits =
            shape.count == type.rank
            && zip(shape, type.shape).allSatisfy { declared, given in declared.size.map { $0 == given } ?? true }
        guard fits else {
            let declared = shape.map(\.description).joined(separator: ", ")
            throw HoneError(
                .invalidInput, "input '\(name)' is given with shape \(type.shape), but the model wants [\(declared)]")
        }
    }
}
