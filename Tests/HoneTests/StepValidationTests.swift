import Evaluation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import Testing

@testable import Hone

/// A backend that adds one to an element of what one node computes.
private struct WrongBackend: Backend {
    let name = "wrong"
    let node: String
    let element: Int

    func prepare(_ plan: Plan) throws(HoneError) -> any PreparedPlan {
        let definitions = ReferenceBackend()
        return try HostPlan(
            plan,
            kernels: plan.steps.map { step throws(HoneError) -> any HostKernel in
                guard let kernel = definitions.definition(of: step.typedOperator) else {
                    throw HoneError(.unsupported, "no kernel", node: step.label)
                }
                return step.node.name == node ? WrongKernel(right: kernel, element: element) : kernel
            })
    }

    private struct WrongKernel: HostKernel {
        let right: any HostKernel
        let element: Int

        func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
            try right.run(inputs: inputs, outputs: outputs)
            guard let output = outputs.first ?? nil else { return }
            output.elements(as: Float.self)[element] += 1
        }
    }
}

/// What `HONE_VALIDATE` makes of a run.
@Suite struct StepValidationTests {
    private func session(wrongAt node: String, element: Int) throws -> (Session, StepValidation) {
        let graph = try Digits.model().graph
        let session = try Session(
            graph, backend: WrongBackend(node: node, element: element), evaluator: ReferenceBackend())
        let replay = StepReplay(graph, on: try Device.cpu.backend(), evaluator: ReferenceBackend())
        return (session, StepValidation(replay: replay, deviceName: "cpu"))
    }

    /// It stops there, and names node, value and index; what comes before and is right does not stop it.
    @Test(arguments: [("stem_conv", 17), ("residual_add", 1234), ("pool", 63), ("output", 9)])
    func stopsAtTheWrongStep(node: String, element: Int) throws {
        let (session, validation) = try session(wrongAt: node, element: element)
        let feed = ["input": try Digits.images(0..<1)]
        let error = #expect(throws: HoneError.self) { try validation.run(session, feed) }
        #expect(error?.code == .checkFailed)
        #expect(error?.node?.contains("'\(node)'") == true, "\(error?.node ?? "no node")")
        let message = error?.message ?? ""
        #expect(message.contains("differs between wrong and cpu in 1 of "), "\(message)")
        #expect(message.contains("first in element \(element), by "), "\(message)")
        #expect(error?.remedy?.contains("hone verify --device cpu,wrong") == true)
    }

    @Test func aRightRunGoesThrough() throws {
        let (session, validation) = try session(wrongAt: "no such node", element: 0)
        let feed = ["input": try Digits.images(0..<2)]
        #expect(try validation.run(session, feed) == session.run(feed))
    }
}
