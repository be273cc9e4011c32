import Hone
import ModelGraph
import TestSupport
import Testing

/// A network in which one layer alone suffers from int8: the weights of `guilty` for its first input channel are 1e3 times the
/// others, and that channel is always 0.
private struct GuiltyNetwork {
    let model: Model
    let feeds: [[String: Tensor]]

    init(seed: UInt64 = 5) throws {
        var generator = SeededGenerator(seed: seed)
        func random(_ shape: [Int], _ range: ClosedRange<Float>) -> Tensor {
            Tensor((0..<shape.reduce(1, *)).map { _ in Float.random(in: range, using: &generator) }, shape: shape)
        }
        var graph = Graph()
        graph.opsets = ["": 13]
        graph.inputs = [
            ValueInfo(
                name: "x", elementType: .float32, shape: [.symbolic("N"), .fixed(4), .fixed(8), .fixed(8)])
        ]
        graph.outputs = [ValueInfo(name: "logits", elementType: .float32, shape: nil)]
        var source = "x"
        for (index, name) in ["first", "guilty", "last"].enumerated() {
            let inputs = index == 0 ? 4 : 8
            var (weights, bias) = (random([8, inputs, 3, 3], -0.4...0.4), random([8], 0...0.2))
            if index == 0 { bias.withMutableElements(of: Float.self) { $0[0] = -1e3 } }
            if name == "guilty" {
                weights.withMutableElements(of: Float.self) { elements in
                    for output in 0..<8 { for tap in 0..<9 { elements[output * 72 + tap] *= 1e3 } }
                }
            }
            graph.setInitializer("\(name)_w", weights)
            graph.setInitializer("\(name)_b", bias)
            graph.nodes.append(
                Node(
                    "Conv", name: name, inputs: [source, "\(name)_w", "\(name)_b"], outputs: ["\(name)_sum"],
                    attributes: ["pads": .ints([1, 1, 1, 1])]))
            graph.nodes.append(
                Node("Relu", name: "\(name)_relu", inputs: ["\(name)_sum"], outputs: ["\(name)_out"]))
            source = "\(name)_out"
        }
        graph.setInitializer("classes", random([8, 10], -1...1))
        graph.nodes += [
            Node("GlobalAveragePool", name: "pool", inputs: [source], outputs: ["pooled"]),
            Node("Flatten", name: "flatten", inputs: ["pooled"], outputs: ["flat"]),
            // Without a name, as exporters leave some.
            Node("MatMul", inputs: ["flat", "classes"], outputs: ["logits"]),
        ]
        model = Model(graph: graph)
        feeds = (0..<6).map { _ in ["x": random([4, 4, 8, 8], -2...2)] }
    }

    func calibration() throws -> Calibration {
        var rest = feeds.makeIterator()
        return try model.calibrated { rest.next() }
    }

    var data: EvaluationData { EvaluationData(feeds.map { EvaluationData.Batch(feed: $0) }) }
}

@Suite struct SensitivityTests {
    @Test func theGuiltyLayerIsFirst() throws {
        let network = try GuiltyNetwork()
        var steps: [SensitivityProgress] = []
        let sensitivity = try network.model.sensitivity(
            with: try network.calibration(), on: network.data, device: .cpu, progress: { steps.append($0) })
        #expect(sensitivity.layers.map(\.node).first == "guilty" && sensitivity.sampleCount == 24)
        #expect(Set(sensitivity.layers.map(\.node)).isSuperset(of: ["first", "last", "logits"]))
        #expect(steps.last == .ranking(done: steps.count, total: steps.count))
        let other = try network.model.sensitivity(
            with: try network.calibration(), on: network.data, device: .reference)
        #expect(sensitivity.layers.map(\.loss) == other.layers.map(\.loss), "the same figures on both devices")
    }

    @Test func aBudgetLeavesItInFloat() throws {
        let network = try GuiltyNetwork()
        let calibration = try network.calibration()
        let ranked = try network.model.sensitivity(with: calibration, on: network.data, device: .cpu)
        let worst = try #require(ranked.layers.first?.loss.klDivergence)
        let budgeted = try network.model.quantized(
            with: calibration, within: .divergence(worst / 4), on: network.data, device: .cpu)
        #expect(budgeted.floatLayers == ["guilty"])
        #expect(try #require(budgeted.loss.klDivergence) <= worst / 4)
        #expect(budgeted.attempts.map(\.holds).contains(false))
        let layer = try #require(budgeted.quantized.layers.first { $0.node == "guilty" })
        #expect(!layer.isQuantized && layer.reason.hasPrefix("float: quantizing it alone costs "))
        #expect(budgeted.quantized.layers.first { $0.node == "last" }?.isQuantized == true)
        let free = try network.model.quantized(
            with: calibration, within: .divergence(1e3), on: network.data, device: .cpu)
        #expect(free.floatLayers.isEmpty && free.sensitivity == nil && free.attempts.count == 1)
    }

    @Test func budgetsThatCannotHold() throws {
        let network = try GuiltyNetwork()
        let calibration = try network.calibration()
        for (budget, code) in [
            (AccuracyBudget.divergence(0), HoneError.Code.checkFailed), (.drop(1), .invalidOption),
            (.drop(-1), .invalidOption), (.divergence(.nan), .invalidOption),
        ] {
            let error = #expect(throws: HoneError.self) {
                try network.model.quantized(with: calibration, within: budget, on: network.data, device: .cpu)
            }
            #expect(error?.code == code && error?.remedy != nil, "\(budget)")
        }
        let none = #expect(throws: HoneError.self) {
            try network.model.sensitivity(with: calibration, on: EvaluationData([]))
        }
        #expect(none?.code == .invalidInput)
    }

    @Test func comparisonNamesIt() async throws {
        let network = try GuiltyNetwork()
        let quantized = try network.model.quantized(with: try network.calibration())
        let comparison = try await network.model.compare(with: quantized.model, on: stream(network.feeds), device: .cpu)
        let first = try #require(comparison.firstDivergence)
        #expect(comparison.layers[first].node == "guilty" && comparison.layers[first].value == "guilty_out")
        #expect(comparison.layers.allSatisfy { $0.isQuantized } && comparison.loss.sampleCount == 24)
        var rest = network.feeds.makeIterator()
        let other = try network.model.compare(with: quantized.model, device: .reference) { rest.next() }
        #expect(other.layers == comparison.layers && other.loss == comparison.loss)
        let error = #expect(throws: HoneError.self) {
            try network.model.compare(with: Model(graph: Graph())) { nil }
        }
        #expect(error?.code == .invalidInput)
        let empty = #expect(throws: HoneError.self) { try network.model.compare(with: quantized.model) { nil } }
        #expect(empty?.code == .invalidInput)
    }
}
