import CMicrokernels
import Runtime
import Tensors

/// Copies a value of 8-bit or 32-bit elements, `[N, C, H, W]` or `[N, C, W]`, into another layout.
///
/// At least one of the two layouts is blocked. An int8's top bit is flipped on the way between blocked and row-major.
package struct LayoutConversion: CPUKernel {
    private let from: StepOperands.Value
    private let to: StepOperands.Value
    private let source: Side
    private let target: Side
    /// The shape that groups the work: the target's, or the source's where the target is row-major.
    private let shape: BlockedShape
    private let tasks: RowTasks
    private let flip: UInt8

    /// How the channels of one layout are reached. Distances are in bytes.
    private struct Side {
        let origin: Int
        let image: Int
        let strides: mk_strides
        /// For channel c: `c / channelsPerPixel * group + c % channelsPerPixel * strides.lane`.
        let group: Int
        let channelsPerPixel: Int

        init(_ value: StepOperands.Value, like shape: BlockedShape) {
            let bytes = shape.elementBytes
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
            origin + index * image + channel / channelsPerPixel * group + channel % channelsPerPixel * strides.lane
                + row * strides.row
        }
    }

    /// - Parameters:
    ///   - from: the value as it lies.
    ///   - to: the same type in the layout to make.
    /// - Precondition: the types are equal, and one of the layouts is blocked.
    package init(from: StepOperands.Value, to: StepOperands.Value) {
        precondition(from.type == to.type)
        guard let shape = to.blocked ?? from.blocked else { preconditionFailure("\(from.type) is blocked nowhere") }
        self.from = from
        self.to = to
        self.shape = shape
        source = Side(from, like: shape)
        target = Side(to, like: shape)
        tasks = RowTasks(shape)
        let isFlipped = from.type.elementType == .int8 && (from.blocked == nil) != (to.blocked == nil)
        flip = isFlipped ? 0x80 : 0
    }

    package func run(_ memory: PlanMemory) throws(HoneError) {
        let (first, result) = (UnsafeRawPointer(memory[from.id]), memory[to.id])
        let isBlocked = to.blocked != nil
        tasks.forEach { image, group, rows in
            let end = group * shape.layout.channelsPerPixel + shape.lanes(of: group)
            var channel = group * shape.layout.channelsPerPixel
            while channel < end {
                // Up to where a group of either side ends. A row-major side has groups of one channel, evenly apart.
                var next = end
                for side in [source, target] where side.channelsPerPixel > 1 {
                    next = min(next, (channel / side.channelsPerPixel + 1) * side.channelsPerPixel)
                }
                copy(first, result, image, channel..<next, rows)
                channel = next
            }
            if isBlocked { shape.finish(result, image: image, group: group, rows: rows) }
        }
    }

    @inline(__always)
    private func copy(
        _ first: UnsafeRawPointer, _ result: UnsafeMutableRawPointer, _ image: Int, _ channels: Range<Int>,
        _ rows: Range<Int>
    ) {
        let read = first + source.offset(image: image, channel: channels.lowerBound, row: rows.lowerBound)
        let write = result + target.offset(image: image, channel: channels.lowerBound, row: rows.lowerBound)
        if shape.elementBytes == 1 {
            mk_copy_elements_u8(
                write.assumingMemoryBound(to: UInt8.self), target.strides, read.assumingMemoryBound(to: UInt8.self),
                source.strides, rows.count, shape.width, channels.count, flip)
        } else {
            mk_copy_elements_u32(
                write.assumingMemoryBound(to: UInt32.self), target.strides, read.assumingMemoryBound(to: UInt32.self),
                source.strides, rows.count, shape.width, channels.count)
        }
    }
}
