import Evaluation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import Testing

/// The reference, but for one operator the low bits of one output element are flipped.
private struct FaultyBackend: Backend {
    let name = "faulty"
    /// The node, by the value that it makes.
    let output: String
    let element: Int
    /// Which bits of the element's first byte.
    var mask: UInt8 = 1

    func prepare(_ plan: Plan) throws(HoneError) -> any PreparedPlan {
        let kernels = try plan.steps.map { step throws(HoneError) -> any HostKernel in
            guard let kernel = step.typedOperator as? any ReferenceKernel else {
                throw HoneError(.unsupported, "no kernel", node: step.label)
            }
            return step.node.outputs == [output] ? FaultyKernel(kernel: kernel, element: element, mask: mask) : kernel
        }
        return try HostPlan(plan, kernels: kernels)
    }
}

private struct FaultyKernel: HostKernel {
    let kernel: any ReferenceKernel
    let element: Int
    let mask: UInt8

    func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        try kernel.run(inputs: inputs, outputs: outputs)
        outputs.first??.bytes[element * 4] ^= mask
    }
}

@Suite struct VerificationTests {
    private static func chain() -> Graph {
        var graph = Graph()
        graph.opsets = ["": 13]
        graph.inputs = [ValueInfo(name: "x", elementType: .float32, shape: [.symbolic("N"), .fixed(4)])]
        graph.nodes = [
            Node("Relu", name: "first", inputs: ["x"], outputs: ["a"]),
            Node("Relu", name: "second", inputs: ["a"], outputs: ["b"]),
            Node("Relu", name: "third", inputs: ["b"], outputs: ["y"]),
        ]
        graph.outputs = [ValueInfo(name: "y", elementType: .float32, shape: nil)]
        return graph
    }

    private let feeds = [
        ["x": Tensor([1, -2, 3, 4] as [Float], shape: [1, 4])],
        ["x": Tensor([5, 6, -7, 8, 9, 10, 11, 12] as [Float], shape: [2, 4])],
    ]

    @Test func aBackendAgreesWithItself() throws {
        let reference = ReferenceBackend()
        let verification = try Verification(
            VerificationTests.chain(), on: reference, against: reference, evaluator: reference)
        let report = try verification.run(feeds)
        #expect(report.isEqual)
        #expect(report.nodes.count == 6)
        #expect(report.endToEnd.count == 2)
    }

    /// A sigmoid near 1 has ulps of 2^-24, and the bound is 64 of them, or 61 at 0.95.
    @Test(arguments: [(UInt8(1), true), (0x1f, true), (0xc0, false)])
    func functionsThatDevicesRoundHaveABound(mask: UInt8, isWithinBound: Bool) throws {
        var graph = VerificationTests.chain()
        graph.nodes[1] = Node("Sigmoid", name: "second", inputs: ["a"], outputs: ["b"])
        let reference = ReferenceBackend()
        let report = try Verification(
            graph, on: FaultyBackend(output: "b", element: 2, mask: mask), against: reference, evaluator: reference
        ).run([feeds[0]])
        #expect(!report.isEqual && !report.isExact)
        #expect(report.isWithinBounds == isWithinBound)
        #expect(report.firstDifference?.isWithinBound == isWithinBound)
    }

    @Test func aFlippedBitIsFoundAtItsNode() throws {
        let reference = ReferenceBackend()
        let verification = try Verification(
            VerificationTests.chain(), on: FaultyBackend(output: "b", element: 2), against: reference,
            evaluator: reference)
        let report = try verification.run(feeds)
        let first = try #require(report.firstDifference)
        #expect(first.node.contains("second") && first.batch == 0)
        // The nodes after it got the reference's inputs, so they do not inherit the difference.
        #expect(report.nodes.filter { !$0.isEqual }.map(\.operatorType) == ["Relu", "Relu"])
        #expect(report.nodes.filter { !$0.isEqual }.allSatisfy { $0.node.contains("second") })
        let difference = try #require(first.outputs.first)
        #expect(difference.differingCount == 1 && difference.firstIndex == 2)
        #expect(difference.maximumDifference == Double(Float(3).ulp))
        #expect(!report.isEqualEndToEnd)
    }

    @Test func differencesAreByBytes() {
        let zero = TensorDifference("v", Tensor([-0.0 as Float]), reference: Tensor([0 as Float]))
        #expect(zero.differingCount == 1 && zero.maximumDifference == 0)
        let payloads = TensorDifference(
            "v", Tensor([Float(nan: 1, signaling: false)]), reference: Tensor([Float(nan: 2, signaling: false)]))
        #expect(payloads.isEqual)
        let types = TensorDifference("v", Tensor([1 as Int32]), reference: Tensor([1 as Float]))
        #expect(!types.isEqual)
        let integers = TensorDifference("v", Tensor([1, 9] as [Int8]), reference: Tensor([1, 4] as [Int8]))
        #expect(integers.maximumDifference == 5 && integers.firstIndex == 1)
    }
}
