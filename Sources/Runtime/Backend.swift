import ModelGraph
import Tensors

/// What runs plans: `reference`, `cpu`, `opencl`. Backends never import each other.
package protocol Backend: Sendable {
    /// The name that `--device` takes.
    var name: String { get }

    /// Inputs of an operator whose values this backend packs when it prepares a plan, such as weights. Where they are
    /// run-time inputs, the session prepares a plan for each content it meets.
    func packedInputs(of operator: any Operator) -> [Int]

    /// Turns a plan into something that runs: kernels chosen, weights packed, memory reserved.
    ///
    /// - Throws: `.unsupported` naming the node for an operator this backend lacks, before anything runs.
    func prepare(_ plan: Plan) throws(HoneError) -> any PreparedPlan
}

extension Backend {
    package func packedInputs(of operator: any Operator) -> [Int] { [] }
}

/// A plan that a backend is ready to run, any number of times, one call at a time.
package protocol PreparedPlan: AnyObject {
    /// What runs: the plan that was given, with the backend's own layouts, fusions and conversions.
    var plan: Plan { get }

    /// Constants, by name, that the plan holds packed: each as a tensor whose elements come from there when they are read.
    var packedConstants: [String: Tensor] { get }

    /// Runs the plan.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each of `plan.inputs`, in the compute type.
    ///   - observer: called after each step.
    /// - Returns: one tensor for each of `plan.outputs`, in the compute type.
    func run(_ inputs: [Tensor], observer: StepObserver?) throws(HoneError) -> [Tensor]
}

extension PreparedPlan {
    package var packedConstants: [String: Tensor] { [:] }
}

/// Where a backend finds an operator's definition for steps that it has no kernel of its own for.
package protocol KernelDefinitions: Sendable {
    /// The operator's definition on row-major host memory, nil if there is none.
    func definition(of operator: any Operator) -> (any HostKernel)?
}
