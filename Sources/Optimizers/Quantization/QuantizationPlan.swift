import ModelGraph

/// Which nodes run on integers, which values are quantized, and which of those share a scale.
///
/// A node with weights, a residual addition, a pooling or a concatenation runs in int8 wherever it stands; what only moves
/// integers does so next to them; a clamp after them costs nothing. A quantized value has one quantizer, and all its
/// consumers, also those that stay float, read what that gives back, as with ONNX Runtime's quantizer: the integers are then
/// all that has to exist.
struct QuantizationPlan {
    /// What each node does.
    enum Role {
        case weighted
        case anchor(inputs: [Int])
        case follower
        case passThrough
        /// Runs between node `into` and its quantizer.
        case fused(into: Int)
        case float(reason: String)
    }

    private(set) var roles: [Role] = []
    /// The quantized values.
    private(set) var quantized: Set<String> = []
    /// For a node with fused ones after it, the value that is quantized instead of its own output.
    private(set) var results: [Int: String] = [:]
    private var sharing = SharedScales()

    private let uses: ValueUses

    /// - Parameter calibrated: the values with known ranges; nil to plan as if all had.
    init(_ graph: Graph, options: QuantizationOptions, calibrated: Set<String>?) {
        uses = ValueUses(graph)
        let rules = graph.nodes.map { node in QuantizationPlan.rule(node, graph, options) }
        roles = rules.map { rule in
            switch rule {
            case .weighted: .weighted
            case .anchor(let inputs): .anchor(inputs: inputs)
            case .clamp, .follower, .passThrough: .float(reason: "nothing next to it is quantized")
            case .float(let reason): .float(reason: reason)
            }
        }
        func isKnown(_ value: String) -> Bool { calibrated?.contains(value) ?? true }
        for index in graph.nodes.indices {
            takeAnchor(index, graph, rules, options, isKnown)
        }
        propagate(graph, rules, isKnown)
        shareScales(graph)
    }

    /// The value whose scale and zero point a quantized value has.
    func owner(of value: String) -> String { sharing.owner(of: value) }

    private static func rule(_ node: Node, _ graph: Graph, _ options: QuantizationOptions) -> QuantizationRule {
        if let reason = options.exclusion(of: node) { return .float(reason: reason) }
        return QuantizationRule(node, in: graph)
    }

    private mutating func takeAnchor(
        _ index: Int, _ graph: Graph, _ rules: [QuantizationRule], _ options: QuantizationOptions,
        _ isKnown: (String) -> Bool
    ) {
        let node = graph.nodes[index]
        let inputs: [Int]
        switch roles[index] {
        case .weighted: inputs = [0]
        case .anchor(let positions): inputs = positions
        case .follower, .passThrough, .fused, .float: return
        }
        let activations = inputs.compactMap { node.input($0) }.filter { graph.constant($0) == nil }
        guard !activations.isEmpty, let output = node.outputs.first else {
            roles[index] = .float(reason: "all its operands are constant")
            return
        }
        var chain: [Int] = []
        var result = output
        if canFuse(node) {
            while let next = uses.onlyConsumer(of: result),
                isFusable(graph.nodes[next], reading: result, rules[next], graph, after: node),
                let following = graph.nodes[next].outputs.first
            {
                chain.append(next)
                result = following
            }
        }
        let quantizesResult = options.quantizesOutputs || !uses.isGraphOutput(result)
        let needed = activations + (quantizesResult ? [result] : [])
        if let missing = needed.first(where: { !isKnown($0) }) {
            roles[index] = .float(reason: "no float32 calibration data for '\(missing)'")
            return
        }
        for member in chain { roles[member] = .fused(into: index) }
        results[index] = result
        quantized.formUnion(needed)
    }

    /// A concatenation does not compute, so that a clamp after it would undo the sharing of its inputs' scale.
    private func canFuse(_ node: Node) -> Bool { node.operatorType != "Concat" }

    /// A clamp, or after weights an elementwise constant such as a bias that stands apart.
    private func isFusable(
        _ node: Node, reading value: String, _ rule: QuantizationRule, _ graph: Graph, after producer: Node
    ) -> Bool {
        if case .clamp = rule { return node.input(0) == value }
        guard case .float = rule, ["Conv", "ConvTranspose", "Gemm", "MatMul"].contains(producer.operatorType) else {
            return false
        }
        return ["Add", "Mul"].contains(node.operatorType)
            && node.inputs.allSatisfy { $0 == value || graph.constant($0) != nil }
            && node.inputs.count { $0 == value } == 1
    }

    /// Lets integers spread through what moves them, until nothing changes.
    private mutating func propagate(_ graph: Graph, _ rules: [QuantizationRule], _ isKnown: (String) -> Bool) {
        var changed = true
        while changed {
            changed = false
            for (index, node) in graph.nodes.enumerated() {
                guard case .float = roles[index], let input = node.input(0), graph.constant(input) == nil else {
                    continue
                }
                let outputs = node.outputs.filter { !$0.isEmpty }
                guard isKnown(input), outputs.allSatisfy(isKnown) else { continue }
                switch rules[index] {
                case .clamp, .follower:
                    // A probability that leaves the model gains nothing from eight bits.
                    guard quantized.contains(input), !outputs.contains(where: uses.isGraphOutput) else { continue }
                    roles[index] = .follower
                case .passThrough:
                    guard quantized.contains(input) || outputs.contains(where: { quantized.contains($0) }) else {
                        continue
                    }
                    roles[index] = .passThrough
                case .weighted, .anchor, .float: continue
                }
                quantized.insert(input)
                quantized.formUnion(outputs)
                changed = true
            }
        }
    }

    /// One scale across everything that moves integers, and across a concatenation for those inputs that nothing else
    /// reads: it then copies bytes instead of rounding again.
    private mutating func shareScales(_ graph: Graph) {
        for (index, node) in graph.nodes.enumerated() {
            switch roles[index] {
            case .passThrough:
                guard let input = node.input(0) else { continue }
                for output in node.outputs where !output.isEmpty { sharing.unite(input, output) }
            case .anchor(let inputs) where node.operatorType == "Concat":
                guard let output = results[index] else { continue }
                for input in inputs.compactMap({ node.input($0) })
                where quantized.contains(input) && uses.onlyConsumer(of: input) == index {
                    sharing.unite(output, input)
                }
            case .weighted, .anchor, .follower, .fused, .float: continue
            }
        }
    }
}

/// Who reads each value of a graph.
struct ValueUses {
    private var consumers: [String: [Int]] = [:]
    private let outputs: Set<String>

    init(_ graph: Graph) {
        outputs = Set(graph.outputs.map(\.name))
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs where !input.isEmpty { consumers[input, default: []].append(index) }
        }
    }

    func isGraphOutput(_ value: String) -> Bool { outputs.contains(value) }

    /// The node that reads a value, if it is one alone, reads it once, and the caller does not get it.
    func onlyConsumer(of value: String) -> Int? {
        guard let readers = consumers[value], readers.count == 1, !outputs.contains(value) else { return nil }
        return readers.first
    }
}

/// Groups of values with one scale (disjoint sets). The owner is the value that was named first.
private struct SharedScales {
    private var parents: [String: String] = [:]

    func owner(of value: String) -> String {
        var current = value
        while let parent = parents[current] { current = parent }
        return current
    }

    mutating func unite(_ left: String, _ right: String) {
        let (first, second) = (owner(of: left), owner(of: right))
        if first != second { parents[second] = first }
    }
}
