import Tensors

/// Rewrites constants and sizes of a graph for some of their readers.
struct ChannelEditor {
    private(set) var graph: Graph
    private var taken: Set<String>
    /// How often nodes read each constant.
    private var readers: [String: Int] = [:]
    private let fixed: Set<String>

    init(_ graph: Graph) {
        self.graph = graph
        taken = graph.allValueNames
        for node in graph.nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
        fixed = Set(graph.outputs.map(\.name))
    }

    /// Gives a node another constant: in place where nobody else reads it, else one of its own.
    mutating func rewrite(_ node: Int, _ input: Int, _ change: (Tensor) -> Tensor) {
        let name = graph.nodes[node].inputs[input]
        guard let tensor = graph.initializers[name] else { return }
        let changed = change(tensor)
        guard changed != tensor else { return }
        guard readers[name, default: 0] > 1 || fixed.contains(name) else {
            graph.setInitializer(name, changed)
            if changed.shape != tensor.shape { graph.declaredTypes[name] = nil }
            if let index = graph.inputs.firstIndex(where: { $0.name == name }) {
                graph.inputs[index].shape = changed.shape.map { .fixed($0) }
            }
            return
        }
        let own = unusedName(name)
        readers[name, default: 1] -= 1
        readers[own] = 1
        set(own, changed)
        graph.nodes[node].inputs[input] = own
    }

    /// The sizes of a Split's parts: an input from opset 13 on, an attribute before.
    mutating func setSplit(_ node: Int, _ sizes: [Int]) {
        let values = sizes.map { Int64($0) }
        graph.nodes[node].attributes["num_outputs"] = nil
        if graph.opset(of: graph.nodes[node]) ?? 0 < 13 {
            graph.nodes[node].attributes["split"] = .ints(values)
            return
        }
        let name = unusedName((graph.nodes[node].outputs.first ?? "") + "_sizes")
        set(name, Tensor(values))
        graph.nodes[node].inputs = [graph.nodes[node].inputs[0], name]
    }

    /// The bounds of a Slice on one dimension.
    mutating func setSlice(_ node: Int, _ dimension: Int, rank: Int, start: Int, end: Int) throws(HoneError) {
        guard graph.opset(of: graph.nodes[node]) ?? 0 >= 10 else {
            guard let place = self.place(graph.nodes[node].ints("axes"), dimension, rank) else {
                throw unknownSize(node)
            }
            for (name, value) in [("starts", start), ("ends", end)] {
                guard var list = graph.nodes[node].ints(name), place < list.count else { throw unknownSize(node) }
                list[place] = value
                graph.nodes[node].attributes[name] = .ints(list.map { Int64($0) })
            }
            return
        }
        let axes = graph.nodes[node].input(3).flatMap { graph.constant($0)?.integers() }
        guard graph.nodes[node].input(3) == nil || axes != nil, let place = self.place(axes, dimension, rank)
        else { throw unknownSize(node) }
        for (input, value) in [(1, start), (2, end)] { try setInteger(node, input, place, value) }
    }

    /// What a Pad adds on one dimension.
    mutating func setPads(_ node: Int, _ dimension: Int, rank: Int, before: Int, after: Int) throws(HoneError) {
        guard graph.opset(of: graph.nodes[node]) ?? 0 >= 11 else {
            guard var list = graph.nodes[node].ints("pads"), list.count == 2 * rank else { throw unknownSize(node) }
            (list[dimension], list[rank + dimension]) = (before, after)
            graph.nodes[node].attributes["pads"] = .ints(list.map { Int64($0) })
            return
        }
        let axes = graph.nodes[node].input(3).flatMap { graph.constant($0)?.integers() }
        guard graph.nodes[node].input(3) == nil || axes != nil, let place = self.place(axes, dimension, rank)
        else { throw unknownSize(node) }
        try setInteger(node, 1, place, before)
        try setInteger(node, 1, (axes?.count ?? rank) + place, after)
    }

    /// One dimension of the target of a Reshape, unless the target takes it from the input.
    mutating func setTarget(_ node: Int, _ dimension: Int, _ size: Int) throws(HoneError) {
        guard let target = graph.nodes[node].input(1).flatMap({ graph.constant($0)?.integers() }),
            dimension < target.count
        else { throw unknownSize(node) }
        if target[dimension] > 0 { try setInteger(node, 1, dimension, size) }
    }

    /// The number of groups of a depthwise convolution.
    mutating func setGroup(_ node: Int, _ groups: Int) { graph.nodes[node].attributes["group"] = .int(Int64(groups)) }

    /// Sizes that the file declares for inner values are no longer true.
    mutating func forgetDeclaredSizes() {
        let inner = Set(graph.nodes.flatMap(\.outputs))
        for name in graph.declaredTypes.keys where inner.contains(name) { graph.declaredTypes[name] = nil }
    }

    private func place(_ axes: [Int]?, _ dimension: Int, _ rank: Int) -> Int? {
        guard let axes else { return dimension }
        return axes.firstIndex { $0 == dimension || $0 + rank == dimension }
    }

    private mutating func setInteger(_ node: Int, _ input: Int, _ place: Int, _ value: Int) throws(HoneError) {
        guard let name = graph.nodes[node].input(input), let tensor = graph.constant(name),
            var list = tensor.integers(), place < list.count
        else { throw unknownSize(node) }
        list[place] = value
        let changed =
            tensor.elementType == .int32
            ? Tensor(list.map { Int32(clamping: $0) }, shape: tensor.shape)
            : Tensor(list.map { Int64($0) }, shape: tensor.shape)
        rewrite(node, input) { _ in changed }
    }

    private func unknownSize(_ node: Int) -> HoneError {
        HoneError(
            .unsupported, "the sizes that the node names are not constant, so that no channel can be removed before it",
            remedy: "leave the layer out of pruning",
            node: graph.nodes[node].label(opset: graph.opset(of: graph.nodes[node])))
    }

    private mutating func set(_ name: String, _ tensor: Tensor) {
        graph.setInitializer(name, tensor)
        // Below IR 4 the file has to list every initializer as an input.
        if graph.irVersion < 4 {
            graph.inputs.append(
                ValueInfo(name: name, elementType: tensor.elementType, shape: tensor.shape.map { .fixed($0) }))
        }
    }

    private mutating func unusedName(_ base: String) -> String {
        var (name, suffix) = (base, 0)
        while !taken.insert(name).inserted {
            suffix += 1
            name = "\(base)_\(suffix)"
        }
        return name
    }
}
