import Tensors

/// A graph under change, with producers and users looked up instead of searched for.
///
/// Nodes keep their number for the editor's life, so that a pass may walk `numbers` while it changes the graph. A pass
/// makes one editor, and ends with `finish()`.
package struct GraphEditor {
    private var graph: Graph
    private var nodes: [Node?]
    private var insertedBefore: [Int: [Int]] = [:]
    private let originalCount: Int
    private var producers: [String: Int] = [:]
    private var usersByValue: [String: Set<Int>] = [:]
    private var takenNames: Set<String>
    private let inputNames: Set<String>
    private let outputNames: Set<String>
    private var sharedConstants: [String: String] = [:]

    package init(_ graph: Graph) {
        self.graph = graph
        nodes = graph.nodes
        originalCount = graph.nodes.count
        takenNames = graph.allValueNames
        inputNames = Set(graph.inputs.map(\.name))
        outputNames = Set(graph.outputs.map(\.name))
        for (number, node) in graph.nodes.enumerated() { link(number, node) }
    }

    /// The numbers of the nodes that were there at the start, in graph order.
    package var numbers: Range<Int> { 0..<originalCount }

    /// A node, nil once it is removed.
    package subscript(number: Int) -> Node? { nodes[number] }

    /// The version of ai.onnx, nil if the graph does not import it.
    package var opset: Int? { graph.opsets[""] ?? graph.opsets["ai.onnx"] }

    /// Imports a domain, unless it is there.
    package mutating func importDomain(_ domain: String, version: Int) {
        if graph.opsets[domain] == nil { graph.opsets[domain] = version }
    }

    /// The number of the node that makes a value, nil for inputs and constants.
    package func producer(of value: String) -> Int? { producers[value] }

    /// The node that makes a value, if it is one of the given ai.onnx operators.
    package func producer(of value: String, among types: Set<String>) -> (number: Int, node: Node)? {
        guard let number = producers[value], let node = nodes[number], node.isStandard,
            types.contains(node.operatorType)
        else { return nil }
        return (number, node)
    }

    /// The numbers of the nodes that read a value, in order.
    package func users(of value: String) -> [Int] { (usersByValue[value] ?? []).sorted() }

    /// Whether one node reads the value, once or several times, and the caller does not get it.
    package func hasSingleUser(_ value: String) -> Bool {
        !outputNames.contains(value) && usersByValue[value]?.count == 1
    }

    package func isUnused(_ value: String) -> Bool {
        value.isEmpty || (!outputNames.contains(value) && (usersByValue[value] ?? []).isEmpty)
    }

    package func isGraphOutput(_ value: String) -> Bool { outputNames.contains(value) }

    /// The constant behind a value, as `Graph.constant`.
    package func constant(_ value: String) -> Tensor? {
        if graph.irVersion >= 4, inputNames.contains(value) { return nil }
        return graph.initializers[value]
    }

    /// The constant that a node reads as input `index`.
    package func constant(_ node: Node, _ index: Int) -> Tensor? { node.input(index).flatMap { constant($0) } }

    /// A value name that nothing uses, which is taken from now on.
    package mutating func newName(_ base: String) -> String {
        var name = base
        var suffix = 1
        while !takenNames.insert(name).inserted {
            name = "\(base)_\(suffix)"
            suffix += 1
        }
        return name
    }

    /// Adds a constant under a name made from `base`, and gives the name.
    package mutating func addConstant(_ base: String, _ tensor: Tensor) -> String {
        let name = newName(base)
        setConstant(name, tensor)
        return name
    }

    /// Makes a constant of a value whose node was removed.
    package mutating func setConstant(_ name: String, _ tensor: Tensor) {
        takenNames.insert(name)
        graph.setInitializer(name, tensor)
        // Below IR 4 the file has to list every initializer as an input.
        if graph.irVersion < 4 {
            graph.inputs.append(
                ValueInfo(name: name, elementType: tensor.elementType, shape: tensor.shape.map { .fixed($0) }))
        }
    }

    /// Gives a node's constant another content: in place where only that node reads it, else as a new constant.
    ///
    /// - Returns: the name to read.
    package mutating func rewriteConstant(_ name: String, _ tensor: Tensor) -> String {
        let isListed = graph.irVersion < 4 && inputNames.contains(name) && graph.initializers[name]?.type != tensor.type
        let readers = users(of: name).compactMap { nodes[$0] }.flatMap(\.inputs).filter { $0 == name }
        guard readers.count <= 1, !isGraphOutput(name), !isListed else { return addConstant(name + "_folded", tensor) }
        graph.setInitializer(name, tensor)
        graph.declaredTypes[name] = nil
        return name
    }

    /// The name of a constant zero of a type and a shape, the same for every node that asks.
    package mutating func zeroPoint(_ type: TensorType) -> String {
        shared("zero_point_\(type.elementType)", key: type.description) { Tensor(zeros: type) }
    }

    /// The name of a constant's copy under another shape, the same for every node that asks.
    package mutating func reshapedConstant(_ name: String, _ tensor: Tensor) -> String {
        shared(name + "_reshaped", key: "\(name) \(tensor.shape)") { tensor }
    }

    private mutating func shared(_ base: String, key: String, _ make: () -> Tensor) -> String {
        if let name = sharedConstants[key] { return name }
        let name = addConstant(base, make())
        sharedConstants[key] = name
        return name
    }

    package mutating func replace(_ number: Int, with node: Node) {
        unlink(number)
        nodes[number] = node
        link(number, node)
    }

    package mutating func remove(_ number: Int) {
        unlink(number)
        nodes[number] = nil
    }

    /// Adds a node in front of another one.
    package mutating func insert(_ node: Node, before number: Int) {
        nodes.append(node)
        insertedBefore[number, default: []].append(nodes.count - 1)
        link(nodes.count - 1, node)
    }

    /// Lets every node that reads `old` read `new`; the graph's outputs keep their names.
    package mutating func replaceUses(of old: String, with new: String) {
        for number in users(of: old) {
            guard var node = nodes[number] else { continue }
            node.inputs = node.inputs.map { $0 == old ? new : $0 }
            replace(number, with: node)
        }
    }

    /// Removes a node that gives on its input `source` as `result`, unless an output's name would be lost by it.
    package mutating func bypass(_ number: Int, from source: String, to result: String) -> Bool {
        if !outputNames.contains(result) {
            remove(number)
            replaceUses(of: result, with: source)
            return true
        }
        // The output keeps its name: what makes the source now makes the output. Inputs and constants cannot be renamed.
        guard let maker = producers[source], !outputNames.contains(source), var node = nodes[maker] else {
            return false
        }
        remove(number)
        node.outputs = node.outputs.map { $0 == source ? result : $0 }
        replace(maker, with: node)
        replaceUses(of: source, with: result)
        graph.declaredTypes[source] = nil
        return true
    }

    /// The changed graph.
    package func finish() -> Graph {
        var result = graph
        result.nodes = []
        result.nodes.reserveCapacity(nodes.count)
        func emit(_ number: Int) {
            for inserted in insertedBefore[number] ?? [] { emit(inserted) }
            if let node = nodes[number] { result.nodes.append(node) }
        }
        for number in numbers { emit(number) }
        return result
    }

    private mutating func link(_ number: Int, _ node: Node) {
        for name in node.outputs where !name.isEmpty {
            producers[name] = number
            takenNames.insert(name)
        }
        for name in node.inputs where !name.isEmpty { usersByValue[name, default: []].insert(number) }
    }

    private mutating func unlink(_ number: Int) {
        guard let node = nodes[number] else { return }
        for name in node.outputs where producers[name] == number { producers[name] = nil }
        for name in node.inputs where !name.isEmpty { usersByValue[name]?.remove(number) }
    }
}

extension Node {
    /// Whether the operator is one of ai.onnx.
    package var isStandard: Bool { domain.isEmpty || domain == "ai.onnx" }

    /// Whether the node applies that operator of ai.onnx.
    package func applies(_ type: String) -> Bool { isStandard && operatorType == type }

    package func int(_ name: String) -> Int? {
        if case .int(let value)? = attributes[name] { Int(value) } else { nil }
    }

    package func float(_ name: String) -> Float? {
        if case .float(let value)? = attributes[name] { value } else { nil }
    }

    package func string(_ name: String) -> String? {
        if case .string(let value)? = attributes[name] { value } else { nil }
    }

    package func ints(_ name: String) -> [Int]? {
        if case .ints(let values)? = attributes[name] { values.map { Int($0) } } else { nil }
    }
}
