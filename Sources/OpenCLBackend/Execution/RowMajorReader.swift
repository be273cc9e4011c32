import Lowering
import Runtime
import Tensors

/// Brings values from the device as row-major views for an observer; those that lie blocked are converted there.
final class RowMajorReader {
    private let queue: CommandQueue
    /// What the views of one observation look at.
    private var copies: [HostMemory] = []

    init(queue: CommandQueue) { self.queue = queue }

    /// Ends the views given so far.
    func release() { copies = [] }

    /// - Throws: `.outOfMemory` where the host or the device has no memory for a copy.
    func view(of value: StepOperands.Value, in buffer: DeviceBuffer) throws(HoneError) -> TensorView {
        let copy = try HostMemory(byteCount: value.type.byteCount)
        if case .blocked = value.layout {
            try queue.read(try rowMajor(value, in: buffer), into: copy.bytes)
        } else {
            try queue.read(buffer, into: copy.bytes)
        }
        copies.append(copy)
        return TensorView(type: value.type, bytes: UnsafeRawBufferPointer(copy.bytes))
    }

    /// Converts in memory that goes with the result: that of all values at once would be more than a plan's own.
    private func rowMajor(_ value: StepOperands.Value, in buffer: DeviceBuffer) throws(HoneError) -> DeviceBuffer {
        let result = try queue.context.makeBuffer(byteCount: value.type.byteCount + BlockedShape.slack)
        // The plan has no such value; the number only tells the two apart.
        let copyID = -1
        let to = StepOperands.Value(id: copyID, type: value.type, layout: .rowMajor, constant: nil)
        let maker = LaunchMaker(queue: queue)
        for launch in try LayoutConversion.launches(from: value, to: to, maker) {
            try queue.enqueue(try maker.bind(launch) { $0 == copyID ? result : buffer })
        }
        return result
    }
}
