import CMicrokernels
import Lowering
import Runtime
import Tensors

/// Looks every byte of a value up in a table: row-major to row-major, or blocked to blocked with any halos and
/// as many channels a pixel.
struct ByteTable: CPUKernel {
    private let x: StepOperands.Value
    private let y: StepOperands.Value
    /// By the byte in memory, which in a blocked value is that of the file with its top bit flipped if it is an int8.
    private let table: [UInt8]
    private let isa: mk_isa
    /// Rows of a task in a blocked value: enough that starting it costs nothing.
    private let rowsPerTask: Int

    private static let taskBytes = 1 << 15

    /// - Parameter table: for each byte of `x` in the file that of `y`: 256 bytes.
    init(x: StepOperands.Value, y: StepOperands.Value, table: [UInt8], isa: InstructionSet) {
        precondition(table.count == 256 && x.blocked?.pixelBytes == y.blocked?.pixelBytes)
        (self.x, self.y, self.isa) = (x, y, isa.mk)
        let read = ByteTable.flip(of: x)
        let written = ByteTable.flip(of: y)
        self.table = (0..<256).map { table[$0 ^ Int(read)] ^ written }
        rowsPerTask = max(1, ByteTable.taskBytes / max(1, x.blocked.map { $0.width * $0.pixelBytes } ?? 1))
    }

    private static func flip(of value: StepOperands.Value) -> UInt8 {
        value.blocked != nil && value.type.elementType == .int8 ? 0x80 : 0
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let (from, to) = (memory[x.id], memory[y.id])
        if let read = x.blocked, let written = y.blocked {
            lookUp(from, read, to, written)
        } else {
            lookUp(from, to, count: y.type.elementCount)
        }
    }

    private func lookUp(_ from: UnsafeMutableRawPointer, _ to: UnsafeMutableRawPointer, count: Int) {
        HostThreads.forEach(count: (count + ByteTable.taskBytes - 1) / ByteTable.taskBytes) { task in
            let first = task * ByteTable.taskBytes
            lookUp(
                mk_byte_rows(
                    out: (to + first).assumingMemoryBound(to: UInt8.self),
                    in: (from + first).assumingMemoryBound(to: UInt8.self), out_row: 0, in_row: 0, rows: 1,
                    row_bytes: min(count - first, ByteTable.taskBytes), lanes: 16, rest: 0))
        }
    }

    /// Fills the halo, and the lanes past C, with what the readers want there.
    private func lookUp(
        _ from: UnsafeMutableRawPointer, _ read: BlockedShape, _ to: UnsafeMutableRawPointer, _ written: BlockedShape
    ) {
        let runs = max(1, (read.height + rowsPerTask - 1) / rowsPerTask)
        // Pixels that are packed closer than in 16s hold channels alone.
        let lanes = BlockedLayout.groupChannels
        let isPacked = read.layout.channelsPerPixel < lanes
        let byte = written.layout.haloByte
        HostThreads.forEach(count: read.images * read.groups * runs) { task in
            let (plane, run) = task.quotientAndRemainder(dividingBy: runs)
            let (image, group) = plane.quotientAndRemainder(dividingBy: read.groups)
            let rows = run * rowsPerTask..<min(read.height, (run + 1) * rowsPerTask)
            let source = read.originBytes + image * read.imageBytes + group * read.groupBytes
            let target = written.originBytes + image * written.imageBytes + group * written.groupBytes
            lookUp(
                mk_byte_rows(
                    out: (to + target + rows.lowerBound * written.rowBytes).assumingMemoryBound(to: UInt8.self),
                    in: (from + source + rows.lowerBound * read.rowBytes).assumingMemoryBound(to: UInt8.self),
                    out_row: written.rowBytes, in_row: read.rowBytes, rows: rows.count,
                    row_bytes: read.width * read.pixelBytes,
                    lanes: UInt32(isPacked ? lanes : min(lanes, read.channels - group * lanes)), rest: byte))
            if run == 0 { written.fillHalo(of: to, image: image, groups: group..<group + 1) }
        }
    }

    @inline(__always)
    private func lookUp(_ rows: mk_byte_rows) {
        withUnsafePointer(to: rows) { rows in
            table.withUnsafeBufferPointer { table in
                if let table = table.baseAddress { mk_byte_table(isa, rows, table) }
            }
        }
    }
}
