import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import Testing

@Suite struct SessionTests {
    private func reluChain(_ length: Int, shape: [Dimension]) -> Graph {
        var graph = Graph()
        graph.opsets = ["": 14]
        graph.inputs = [ValueInfo(name: "v0", elementType: .float32, shape: shape)]
        graph.outputs = [ValueInfo(name: "v\(length)", elementType: .float32, shape: shape)]
        graph.nodes = (0..<length).map { Node("Relu", name: "relu\($0)", inputs: ["v\($0)"], outputs: ["v\($0 + 1)"]) }
        return graph
    }

    private func session(_ graph: Graph) throws -> Session {
        try Session(graph, backend: ReferenceBackend(), evaluator: ReferenceBackend())
    }

    @Test func aChainNeedsTwoBuffersHoweverLongItIs() throws {
        let session = try session(reluChain(9, shape: [.fixed(16)]))
        let plan = try session.plan(for: ["v0": Tensor(zeros: TensorType(.float32, [16]))])
        #expect(plan.steps.count == 9)
        #expect(plan.arenaByteCount == 2 * 64)
    }

    @Test func theSameSessionRunsEverySizeOfADynamicDimension() throws {
        let session = try session(reluChain(3, shape: [.symbolic("N"), .fixed(2)]))
        for count in [1, 3, 2, 3, 0, 7, 5, 1] {
            let values = (0..<(2 * count)).map { Float($0) - 2 }
            let outputs = try session.run(["v0": Tensor(values, shape: [count, 2])])
            #expect(outputs["v3"] == Tensor(values.map { max($0, 0) }, shape: [count, 2]))
        }
    }

    @Test func theObserverSeesEveryStepsOperands() throws {
        let session = try session(reluChain(2, shape: [.fixed(2)]))
        var seen: [String] = []
        _ = try session.run(["v0": Tensor([-1, 2] as [Float])]) { observation throws(HoneError) in
            let (step, inputs, outputs) = (observation.step, try observation.inputs(), try observation.outputs())
            let values = [inputs[0], outputs[0]].map { $0.map { Array($0.elements(as: Float.self)) } ?? [] }
            seen.append("\(step.node.name) \(values)")
        }
        #expect(seen == ["relu0 [[-1.0, 2.0], [0.0, 2.0]]", "relu1 [[0.0, 2.0], [0.0, 2.0]]"])
    }

    @Test func feedsThatDoNotFitAreRefusedByName() throws {
        let session = try session(reluChain(1, shape: [.symbolic("N"), .fixed(2)]))
        let good = Tensor([1, 2] as [Float], shape: [1, 2])
        for (feed, part) in [
            ([:], "'v0' is not given"), (["v0": good, "x": good], "no input 'x'"),
            (["v0": Tensor([1, 2] as [Double], shape: [1, 2])], "wants float"),
            (["v0": good.reshaped([2, 1])], "[N, 2]"),
        ] as [([String: Tensor], String)] {
            #expect { try session.run(feed) } throws: { error in "\(error)".contains(part) }
        }
    }

    @Test func halfValuesAreComputedInFloatAndComeBackAsHalf() throws {
        var graph = reluChain(1, shape: [.fixed(2)])
        graph.inputs[0].elementType = .float16
        graph.outputs[0].elementType = .float16
        let outputs = try session(graph).run(["v0": Tensor([-1, 0.1] as [Float16])])
        #expect(outputs["v1"] == Tensor([0, 0.1] as [Float16]))
    }
}
