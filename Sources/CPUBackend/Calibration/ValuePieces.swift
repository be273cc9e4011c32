import CMicrokernels
import Lowering
import Runtime
import Tensors

/// A float32 value cut into pieces of neighbouring rows, each of one sample, for threads that look at every element once.
struct ValuePieces {
    /// What a piece should hold at most, where rows are not longer.
    private static let pieceElements = 1 << 15

    /// Samples, of equally many pieces each.
    let sampleCount: Int
    /// Groups of channels of a sample, and pieces of a group.
    private let groups: Int
    private let piecesPerGroup: Int
    private let rows: Int
    private let rowsPerPiece: Int
    /// Pixels of a row, and floats of a pixel.
    private let width: Int
    private let lanes: Int
    /// Pixels of the last row. Where it is another number, a piece is one row.
    private let lastWidth: Int
    /// Floats of the last group's pixels that are channels.
    private let lastLanes: Int
    /// Distances in bytes.
    private let origin: Int
    private let row: Int
    private let group: Int
    private let sample: Int

    /// How many pieces there are, those of a sample next to each other.
    var count: Int { sampleCount * groups * piecesPerGroup }
    /// The most elements that a piece has.
    var elementCount: Int { rowsPerPiece * width * lanes }

    /// - Precondition: the value is float32 and has elements. Its first dimension is the samples; a scalar is one.
    init(of value: StepOperands.Value) {
        if let shape = value.blocked {
            let channels = shape.layout.channelsPerPixel
            self.init(
                samples: shape.images, groups: shape.groups, rows: shape.height, width: shape.width,
                lastWidth: shape.width, lanes: channels,
                lastLanes: shape.channels - (shape.groups - 1) * channels, origin: shape.originBytes,
                row: shape.rowBytes, group: shape.groupBytes, sample: shape.imageBytes)
        } else {
            let samples = value.type.shape.first ?? 1
            let elements = value.type.elementCount / samples
            // Rows of a piece's length: the last one ends with the sample.
            let width = min(elements, ValuePieces.pieceElements)
            let rows = (elements + width - 1) / width
            self.init(
                samples: samples, groups: 1, rows: rows, width: width,
                lastWidth: elements - (rows - 1) * width, lanes: 1, lastLanes: 1, origin: 0, row: 4 * width,
                group: 4 * elements, sample: 4 * elements)
        }
    }

    private init(
        samples: Int, groups: Int, rows: Int, width: Int, lastWidth: Int, lanes: Int, lastLanes: Int, origin: Int,
        row: Int, group: Int, sample: Int
    ) {
        (sampleCount, self.groups, self.rows, self.width) = (samples, groups, rows, width)
        self.lastWidth = lastWidth
        (self.lanes, self.lastLanes, self.origin, self.row) = (lanes, lastLanes, origin, row)
        (self.group, self.sample) = (group, sample)
        rowsPerPiece = max(1, min(rows, ValuePieces.pieceElements / (width * lanes)))
        piecesPerGroup = (rows + rowsPerPiece - 1) / rowsPerPiece
    }

    /// The sample that a piece belongs to.
    func sample(of piece: Int) -> Int { piece / (groups * piecesPerGroup) }

    /// Takes in one piece of the value whose first byte is `address`.
    func count(
        _ piece: Int, at address: UnsafeRawPointer, into counts: OpaquePointer,
        _ extremes: UnsafeMutablePointer<mk_value_extremes>
    ) {
        let group = piece / piecesPerGroup % groups
        let firstRow = piece % piecesPerGroup * rowsPerPiece
        let rows = min(rowsPerPiece, self.rows - firstRow)
        let begin = origin + sample(of: piece) * sample + group * self.group + firstRow * row
        let first = (address + begin).assumingMemoryBound(to: Float.self)
        if group == groups - 1, lastLanes < lanes {
            mk_count_lanes(counts, extremes, first, rows, row, width, lastLanes)
            return
        }
        let width = firstRow == self.rows - 1 ? lastWidth : width
        mk_count_values(counts, extremes, first, rows, row, width * lanes)
    }
}
