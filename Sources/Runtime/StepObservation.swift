import Tensors

/// Sees every step as soon as it is computed: calibration, verification and profiling are observers.
package typealias StepObserver = (StepObservation) throws(HoneError) -> Void

/// A step that has just run. Its views are row-major, and end with the observer's call.
package struct StepObservation {
    package let step: PlanStep
    /// How long the kernel took.
    package let duration: Duration
    private let names: [String?]
    private let readInput: (Int) throws(HoneError) -> TensorView?
    private let readOutput: (Int) throws(HoneError) -> TensorView?
    private let sumUp: (Int) throws(HoneError) -> ValueSummary?

    package init(
        step: PlanStep, duration: Duration, outputNames: [String?],
        input: @escaping (Int) throws(HoneError) -> TensorView?,
        output: @escaping (Int) throws(HoneError) -> TensorView?,
        summary: @escaping (Int) throws(HoneError) -> ValueSummary? = { _ in nil }
    ) {
        self.step = step
        self.duration = duration
        names = outputNames
        readInput = input
        readOutput = output
        sumUp = summary
    }

    /// The values by input position; nil for an absent optional input.
    package func inputs() throws(HoneError) -> [TensorView?] {
        try step.inputs.indices.map { index throws(HoneError) in try readInput(index) }
    }

    /// The name of each output's value, by position; nil for one that nobody wants, and for a copy in another layout.
    /// A step into which others were fused has the last one's output.
    package var outputNames: [String?] { names }

    /// One output; nil if nobody wants it. A backend with a layout of its own converts it now.
    package func output(_ index: Int) throws(HoneError) -> TensorView? {
        index < step.outputs.count ? try readOutput(index) : nil
    }

    /// All outputs.
    package func outputs() throws(HoneError) -> [TensorView?] {
        try step.outputs.indices.map { index throws(HoneError) in try readOutput(index) }
    }

    /// What calibration wants to know of an output, computed where the value is; nil if the backend leaves that to the host.
    package func summary(_ index: Int) throws(HoneError) -> ValueSummary? {
        index < step.outputs.count ? try sumUp(index) : nil
    }
}
