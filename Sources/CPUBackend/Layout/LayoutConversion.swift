import CMicrokernels
import Lowering
import Runtime
import Tensors

/// Copies a value of 8-bit or 32-bit elements, `[N, C, H, W]` or `[N, C, W]`, into another layout.
///
/// At least one of the two layouts is blocked. An int8's top bit is flipped on the way between blocked and row-major.
package struct LayoutConversion: CPUKernel {
    private let from: StepOperands.Value
    private let to: StepOperands.Value
    private let walk: LayoutWalk
    private let flip: UInt8

    /// - Parameters:
    ///   - from: the value as it lies.
    ///   - to: the same type in the layout to make.
    /// - Precondition: the types are equal, and one of the layouts is blocked.
    package init(from: StepOperands.Value, to: StepOperands.Value) {
        precondition(from.type == to.type)
        self.from = from
        self.to = to
        walk = LayoutWalk(from: from, to: to)
        let isFlipped = from.type.elementType == .int8 && (from.blocked == nil) != (to.blocked == nil)
        flip = isFlipped ? 0x80 : 0
    }

    package func run(_ memory: PlanMemory) throws(HoneError) {
        let (source, target) = (memory[from.id], memory[to.id])
        let areBytes = walk.shape.elementBytes == 1
        walk.forEach(into: target) { piece in
            let (read, write) = (source + piece.source, target + piece.target)
            if areBytes {
                mk_copy_elements_u8(
                    write.assumingMemoryBound(to: UInt8.self), walk.target.strides,
                    read.assumingMemoryBound(to: UInt8.self), walk.source.strides, piece.rows, walk.columns,
                    piece.lanes, flip)
            } else {
                mk_copy_elements_u32(
                    write.assumingMemoryBound(to: UInt32.self), walk.target.strides,
                    read.assumingMemoryBound(to: UInt32.self), walk.source.strides, piece.rows, walk.columns,
                    piece.lanes)
            }
        }
    }
}
