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
    /// Runs the plan.
    ///
    /// - Parameters:
    ///   - inputs: one tensor for each of `plan.inputs`, in the compute type.
    ///   - observer: called after each step with the step and a view of each output; the views end with the call.
    /// - Returns: one tensor for each of `plan.outputs`, in the compute type.
    func run(_ inputs: [Tensor], observer: StepObserver?) throws(HoneError) -> [Tensor]
}

/// Sees every value as soon as it is computed: calibration, verification and profiling are observers.
package typealias StepObserver = (_ step: PlanStep, _ inputs: [TensorView?], _ outputs: [TensorView?]) throws(HoneError)
    -> Void
