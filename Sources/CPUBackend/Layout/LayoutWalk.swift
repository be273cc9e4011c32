import CMicrokernels
import Lowering
import Runtime
import Tensors

/// The elements of one `[N, C, H, W]` or `[N, C, W]` value visited in two layouts at once, at least one of them blocked.
struct LayoutWalk {
    /// Some rows of channels that lie evenly in both layouts.
    struct Piece {
        /// Bytes from the value's first to the piece's first element.
        let source: Int
        let target: Int
        let rows: Int
        let lanes: Int
    }

    let source: Side
    let target: Side
    /// The shape whose groups are the tasks: the target's, or the source's where the target is row-major.
    let shape: BlockedShape
    private let tasks: RowTasks
    private let isTargetBlocked: Bool

    var columns: Int { shape.width }

    /// How the channels of one layout are reached. Distances are in bytes.
    struct Side {
        let strides: mk_strides
        private let origin: Int
        private let image: Int
        private let group: Int
        /// 1 in row-major order, where the channels are groups of one, evenly apart.
        let channelsPerPixel: Int

        init(_ value: StepOperands.Value, like shape: BlockedShape) {
            let bytes = value.type.elementType.byteCount
            if let own = value.blocked {
                (origin, image, group) = (own.originBytes, own.imageBytes, own.groupBytes)
                channelsPerPixel = own.layout.channelsPerPixel
                strides = mk_strides(row: own.rowBytes, pixel: own.pixelBytes, lane: bytes)
            } else {
                let plane = shape.height * shape.width * bytes
                (origin, image, group) = (0, shape.channels * plane, plane)
                channelsPerPixel = 1
                strides = mk_strides(row: shape.width * bytes, pixel: bytes, lane: plane)
            }
        }

        @inline(__always)
        func offset(image index: Int, channel: Int, row: Int) -> Int {
            let lane = channel % channelsPerPixel
            return origin + index * image + channel / channelsPerPixel * group + lane * strides.lane + row * strides.row
        }
    }

    /// - Precondition: the shapes are equal, and one of the layouts is blocked.
    init(from: StepOperands.Value, to: StepOperands.Value) {
        precondition(from.type.shape == to.type.shape)
        guard let shape = to.blocked ?? from.blocked else { preconditionFailure("\(from.type) is blocked nowhere") }
        self.shape = shape
        source = Side(from, like: shape)
        target = Side(to, like: shape)
        tasks = RowTasks(shape)
        isTargetBlocked = to.blocked != nil
    }

    /// Calls `body` for every piece, and fills the halo and the lanes past C of a blocked target.
    @inline(__always)
    func forEach(into result: UnsafeMutableRawPointer, _ body: (Piece) -> Void) {
        tasks.forEach { image, group, rows in
            var channel = group * shape.layout.channelsPerPixel
            let end = channel + shape.lanes(of: group)
            while channel < end {
                // Up to where a group of either side ends.
                var next = end
                if source.channelsPerPixel > 1 {
                    next = min(next, (channel / source.channelsPerPixel + 1) * source.channelsPerPixel)
                }
                if target.channelsPerPixel > 1 {
                    next = min(next, (channel / target.channelsPerPixel + 1) * target.channelsPerPixel)
                }
                body(
                    Piece(
                        source: source.offset(image: image, channel: channel, row: rows.lowerBound),
                        target: target.offset(image: image, channel: channel, row: rows.lowerBound),
                        rows: rows.count, lanes: next - channel))
                channel = next
            }
            if isTargetBlocked { shape.finish(result, image: image, group: group, rows: rows) }
        }
    }
}
