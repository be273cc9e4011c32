/// What stands beside the first operand of an elementwise kernel.
package enum SecondOperand {
    case none
    /// An operand of the same shape, in the same form of layout.
    case full(StepOperands.Value)
    /// A blocked operand of one pixel an image, or of one in all.
    case pixel(StepOperands.Value)
    /// Constant bytes for each group of channels; for row-major operands those of one group.
    case lanes([UInt8], perGroup: Int)
}
