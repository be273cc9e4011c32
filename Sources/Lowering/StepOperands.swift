import ModelGraph
import Runtime
import Tensors

/// The operands of a step as a kernel meets them.
package struct StepOperands {
    /// One operand.
    package struct Value {
        /// Its position in the plan's values.
        package let id: Plan.ValueID
        package let type: TensorType
        /// Row-major until layouts are decided.
        package var layout: PlannedValue.Layout
        /// Its content where it is constant.
        package var constant: Tensor?

        /// Its shape in memory, if it lies blocked.
        package var blocked: BlockedShape? {
            if case .blocked(let layout) = layout { BlockedShape(type, layout) } else { nil }
        }

        package init(id: Plan.ValueID, type: TensorType, layout: PlannedValue.Layout, constant: Tensor?) {
            (self.id, self.type, self.layout, self.constant) = (id, type, layout, constant)
        }
    }

    /// By input position; nil for an absent optional input.
    package var inputs: [Value?]
    /// By output position. With an addition fused, output 0 is the addition's.
    package var outputs: [Value?]
    /// What was fused behind a convolution.
    package var addition: FusedAddition?
    /// What was fused behind an addition that no convolution does; output 0 is its.
    package var activation: FusedActivation

    package init(
        inputs: [Value?], outputs: [Value?], addition: FusedAddition? = nil, activation: FusedActivation = .none
    ) {
        (self.inputs, self.outputs, self.addition, self.activation) = (inputs, outputs, addition, activation)
    }

    package func input(_ index: Int) -> Value? { index < inputs.count ? inputs[index] : nil }

    /// What stands at a position of the plan step's inputs: behind the operator's own the fused addition's other operand.
    package func stepInput(_ index: Int) -> Value? { index == inputs.count ? addition?.other : input(index) }

    package func output(_ index: Int) -> Value? { index < outputs.count ? outputs[index] : nil }
}
