import CMicrokernels
import Runtime
import Tensors

/// A function of one 8-bit integer as a table of all its values, on a value in any layout.
package struct TableLookup: CPUKernel {
    private let kernel: ElementwiseKernel

    /// - Parameters:
    ///   - x: 8-bit elements, blocked by 16 or row-major.
    ///   - y: the same shape, in the same form of layout.
    ///   - table: 256 bytes by byte, both as in the file: those of an int8 are not flipped.
    package init(x: StepOperands.Value, y: StepOperands.Value, table: [UInt8], isa: InstructionSet) {
        precondition(table.count == 256)
        let isBlocked = x.blocked != nil
        let into: UInt8 = isBlocked && x.type.elementType == .int8 ? 0x80 : 0
        let outOf: UInt8 = isBlocked && y.type.elementType == .int8 ? 0x80 : 0
        let stored = (0..<256).map { table[$0 ^ Int(into)] ^ outOf }
        kernel = ElementwiseKernel(a: x, y: y) { [isa = isa.mk] in mk_table_u8(isa, $0, stored) }
    }

    package func run(_ memory: PlanMemory) throws(HoneError) { try kernel.run(memory) }
}
