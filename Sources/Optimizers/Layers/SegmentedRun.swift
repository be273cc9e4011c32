import ModelGraph
import Runtime
import Tensors

/// Which values wait at each cut of a simulated graph.
struct Liveness {
    private let simulated: SimulatedGraph
    /// The last node that reads a value.
    private var lastUse: [String: Int] = [:]

    init(_ simulated: SimulatedGraph) {
        self.simulated = simulated
        for (index, node) in simulated.graph.nodes.enumerated() {
            for input in node.inputs where !input.isEmpty { lastUse[input] = index }
        }
    }

    /// Whether a node after this one reads the value.
    func isNeeded(_ value: String, after index: Int) -> Bool { lastUse[value].map { $0 > index } ?? false }

    /// The most bytes that wait at a cut.
    ///
    /// - Parameter cuts: after these nodes, in order.
    func peak(_ bytes: [String: Int], cuts: [Int]) -> Int {
        var waiting = Set(simulated.graph.inputs.map(\.name))
        var (start, most) = (0, 0)
        for layer in cuts where layer >= start {
            for node in simulated.graph.nodes[start...layer] { waiting.formUnion(node.outputs) }
            start = layer + 1
            let output = simulated.graph.nodes[layer].outputs.first
            waiting = waiting.filter { $0 == output || isNeeded($0, after: layer) }
            most = max(most, waiting.reduce(0) { $0 + (bytes[$1] ?? 0) })
        }
        return most
    }
}

/// A simulated graph on its way through all samples at once, from one layer to the next.
struct SegmentedRun {
    private var simulated: SimulatedGraph
    private let liveness: Liveness
    private let backend: any Backend
    private let evaluator: any OperatorEvaluator
    /// What was computed and is still needed, for each batch.
    private var states: [[String: Tensor]] = []
    private var counts: [Int] = []
    private var next = 0

    init(_ simulated: SimulatedGraph, backend: any Backend, evaluator: any OperatorEvaluator) {
        (self.simulated, self.backend, self.evaluator) = (simulated, backend, evaluator)
        liveness = Liveness(simulated)
    }

    var sampleCount: Int { counts.reduce(0, +) }

    /// Takes a batch along; before the first `advance`.
    mutating func add(_ feed: [String: Tensor], samples: Int) {
        states.append(feed)
        counts.append(samples)
    }

    /// How many samples' values may wait, from the shapes that the first one gives.
    ///
    /// - Parameters:
    ///   - cuts: the nodes that it will advance to, in order.
    ///   - limit: no more than these.
    ///   - byteLimit: what may wait.
    static func affordableSamples(
        _ simulated: SimulatedGraph, cuts: [Int], data: RecipeData, limit: Int, byteLimit: Int, backend: any Backend,
        evaluator: any OperatorEvaluator
    ) throws(HoneError) -> Int {
        var bytes: [String: Int] = [:]
        try data.forEach(limit: 1, in: simulated.graph) { feed, samples, _ throws(HoneError) in
            let plan = try Session(simulated.graph, backend: backend, evaluator: evaluator).plan(for: feed)
            for value in plan.values { bytes[value.name] = value.type.byteCount / max(samples, 1) }
        }
        let most = Liveness(simulated).peak(bytes, cuts: cuts)
        // What a segment reads and what it makes are there together.
        return max(2, min(limit, byteLimit / max(2 * most, 1)))
    }

    /// Gives a node that has not been computed yet another constant.
    mutating func replaceConstant(input position: Int, of node: Int, _ name: String, _ tensor: Tensor) {
        precondition(node >= next)
        simulated.replaceConstant(input: position, of: node, name, tensor)
    }

    /// Goes on with a graph that differs in constants of nodes that have not been computed yet.
    mutating func adopt(_ graph: Graph) { simulated.adopt(graph) }

    /// Mean and variance of each channel of a value that waits.
    func moments(of value: String) -> ChannelMoments {
        var moments = ChannelMoments()
        for state in states {
            guard let tensor = state[value], tensor.elementType == .float32 else { continue }
            tensor.withElements(of: Float.self) { moments.add($0, shape: tensor.shape) }
        }
        return moments
    }

    /// The value of a batch that waits.
    func value(_ name: String, batch: Int) -> Tensor? { states[batch][name] }

    var batchCount: Int { states.count }

    func sampleCount(batch: Int) -> Int { counts[batch] }

    /// How many samples come before a batch.
    func sampleNumber(batch: Int) -> Int { counts[..<batch].reduce(0, +) }

    /// Computes everything up to a layer.
    mutating func advance(to layer: Int) throws(HoneError) {
        guard layer >= next, let first = states.first else { return }
        let range = next..<(layer + 1)
        next = layer + 1
        let nodes = simulated.graph.nodes[range]
        let result = simulated.graph.nodes[layer].outputs.first
        let wanted = nodes.flatMap(\.outputs).filter {
            !$0.isEmpty && ($0 == result || liveness.isNeeded($0, after: layer))
        }
        let part = simulated.segment(range, inputs: first.mapValues(\.elementType), outputs: wanted)
        let read = Set(part.inputs.map(\.name))
        let session = try Session(part, backend: backend, evaluator: evaluator)
        for index in states.indices {
            let made = try session.run(states[index].filter { read.contains($0.key) })
            states[index] = states[index].filter { liveness.isNeeded($0.key, after: layer) }
            states[index].merge(made) { $1 }
        }
    }

    /// The means of a layer's output.
    func means(of value: String, channels: Int, areLast: Bool) -> ChannelMeans {
        var means = ChannelMeans()
        for (state, count) in zip(states, counts) {
            guard let tensor = state[value], tensor.elementType == .float32 else { continue }
            tensor.withElements(of: Float.self) { elements in
                means.add(elements, samples: count, channels: channels, areLast: areLast)
            }
        }
        return means
    }

    /// Corrects a layer's output by what its bias will give.
    mutating func shift(_ value: String, by shifts: [Float], areLast: Bool) {
        for index in states.indices {
            guard let tensor = states[index][value], tensor.elementType == .float32 else { continue }
            var values = tensor.elements(as: Float.self)
            let inner = areLast ? 1 : tensor.shape.dropFirst(2).reduce(1, *)
            for line in 0..<(values.count / max(inner, 1)) {
                let shift = shifts[line % shifts.count]
                for place in (line * inner)..<((line + 1) * inner) { values[place] += shift }
            }
            states[index][value] = Tensor(values, shape: tensor.shape)
        }
    }
}
