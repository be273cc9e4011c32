import ModelGraph
import Runtime
import Tensors

/// A residual addition that a convolution's kernel does while it stores: the same bits as the nodes one after the other.
package struct FusedAddition {
    /// `Add`, `QLinearAdd` or `FusedQLinearAdd`.
    package var typedOperator: any Operator
    /// The addition's operands by position; the convolution's own result is at `position`.
    package var inputs: [StepOperands.Value?]
    /// Where the convolution's result stands: 0, or 1 for Add, or 3 for QLinearAdd.
    package var position: Int
    /// What follows a float addition: Relu or Clip.
    package var activation: FusedActivation
    /// The other operand.
    package var other: StepOperands.Value
    /// The type of the convolution's own result, which is never stored.
    package var convolutionType: TensorType

    package init(
        typedOperator: any Operator, inputs: [StepOperands.Value?], position: Int, activation: FusedActivation,
        other: StepOperands.Value, convolutionType: TensorType
    ) {
        (self.typedOperator, self.inputs, self.position) = (typedOperator, inputs, position)
        (self.activation, self.other, self.convolutionType) = (activation, other, convolutionType)
    }
}
