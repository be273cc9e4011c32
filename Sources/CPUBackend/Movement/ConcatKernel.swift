import CMicrokernels
import Lowering
import Runtime
import Tensors

/// Joins the channels of blocked operands, 8-bit ones through a table where they change their scale.
struct ConcatKernel: CPUKernel {
    struct Part {
        let value: StepOperands.Value
        /// 256 bytes by stored byte; nil where bytes stay as they are.
        let table: [UInt8]?
    }

    /// Channels of one part that go into one group of the result.
    private struct Piece {
        let value: StepOperands.Value
        let shape: BlockedShape
        let table: [UInt8]?
        /// The first channel in the part, and the first lane in the result's group.
        let channel: Int
        let lane: Int
        let count: Int
    }

    private let y: StepOperands.Value
    private let shape: BlockedShape
    /// By group of the result.
    private let pieces: [[Piece]]
    private let isa: mk_isa

    /// - Parameters:
    ///   - parts: blocked by 16, in the order of their channels.
    init(_ parts: [Part], y: StepOperands.Value, isa: InstructionSet) {
        guard let shape = y.blocked else { preconditionFailure("a result that is not blocked") }
        (self.y, self.shape, self.isa) = (y, shape, isa.mk)
        let width = BlockedLayout.groupChannels
        var pieces = [[Piece]](repeating: [], count: shape.groups)
        var first = 0
        for part in parts {
            guard let from = part.value.blocked else { preconditionFailure("a part that is not blocked") }
            var channel = 0
            while channel < from.channels {
                // To the end of a group of the part or of the result.
                let (group, lane) = (first + channel).quotientAndRemainder(dividingBy: width)
                let count = min(from.channels - channel, width - channel % width, width - lane)
                pieces[group].append(
                    Piece(
                        value: part.value, shape: from, table: part.table, channel: channel, lane: lane, count: count))
                channel += count
            }
            first += from.channels
        }
        self.pieces = pieces
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let result = memory[y.id]
        let size = shape.elementBytes
        RowTasks(shape).forEach { image, group, rows in
            for piece in pieces[group] {
                let (from, lane) = piece.channel.quotientAndRemainder(dividingBy: BlockedLayout.groupChannels)
                let source =
                    memory[piece.value.id] + piece.shape.offset(image: image, group: from, row: rows.lowerBound)
                    + lane * size
                let target =
                    result + shape.offset(image: image, group: group, row: rows.lowerBound) + piece.lane * size
                copy(piece, from: source, to: target, rows: rows.count)
            }
            shape.finish(result, image: image, group: group, rows: rows)
        }
    }

    private func copy(
        _ piece: Piece, from source: UnsafeMutableRawPointer, to target: UnsafeMutableRawPointer, rows: Int
    ) {
        if let table = piece.table, piece.count == BlockedLayout.groupChannels {
            var problem = mk_elementwise(
                out: target, a: source, b: nil, out_row: shape.rowBytes, a_row: piece.shape.rowBytes, b_row: 0,
                rows: rows, elements: shape.width * BlockedLayout.groupChannels, b_repeats: 0)
            mk_table_u8(isa, &problem, table)
        } else {
            mk_copy_lanes(
                target, shape.rowBytes, source, piece.shape.rowBytes, rows, shape.width, shape.pixelBytes,
                piece.count * shape.elementBytes, piece.table)
        }
    }
}
