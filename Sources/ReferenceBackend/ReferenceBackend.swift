import ModelGraph
import Runtime
import Tensors

/// The obvious backend: the executable form of NUMERICS.md, and the definition of correct.
package struct ReferenceBackend: Backend {
    package let name = "reference"
    private let threads: Int?

    /// - Parameter threads: how many threads kernels may use; nil for one a core. No result depends on it.
    package init(threads: Int? = nil) { self.threads = threads }

    package func prepare(_ plan: Plan) throws(HoneError) -> any PreparedPlan {
        let kernels = try plan.steps.map { step throws(HoneError) -> any HostKernel in
            guard let kernel = step.typedOperator as? any ReferenceKernel else {
                throw HoneError(.unsupported, "the reference backend has no kernel for this operator", node: step.label)
            }
            return kernel
        }
        return try HostPlan(plan, kernels: kernels, threads: threads)
    }
}

/// An operator's definition in Swift, in a file named as the operator's own in `ModelGraph/Operators`.
///
/// Views hold the compute types: floating-point values are float32. Shapes were checked by `inferTypes`; what depends on
/// values that only the run shows (an index out of range) is thrown.
package protocol ReferenceKernel: Operator, HostKernel {}

extension ReferenceBackend: KernelDefinitions {
    package func definition(of operator: any Operator) -> (any HostKernel)? { `operator` as? any ReferenceKernel }
}

extension ReferenceBackend: OperatorEvaluator {
    package func evaluate(
        _ operator: any Operator, inputs: [Tensor?], outputTypes: [TensorType]
    ) throws(HoneError) -> [Tensor] {
        guard let kernel = `operator` as? any ReferenceKernel else {
            throw HoneError(.unsupported, "the reference backend has no kernel for \(type(of: `operator`).identifier)")
        }
        let operands = inputs.map { $0?.inComputeType() }
        var results = outputTypes.map { Tensor(zeros: $0.computeType) }
        // The views stay valid while `operands` and `results` hold their storage, to the end of this function.
        let inputViews = operands.map { tensor in
            tensor.map { tensor in tensor.withUnsafeBytes { TensorView(type: tensor.type, bytes: $0) } }
        }
        let outputViews = results.indices.map { index in
            let type = results[index].type
            return results[index].withUnsafeMutableBytes { Optional(MutableTensorView(type: type, bytes: $0)) }
        }
        try kernel.run(inputs: inputViews, outputs: outputViews)
        return withExtendedLifetime(operands) {
            zip(results, outputTypes).map { result, type in result.narrowed(to: type.elementType) }
        }
    }
}
