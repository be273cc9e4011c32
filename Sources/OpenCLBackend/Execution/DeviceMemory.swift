import Runtime
import Tensors

/// The device memory of a plan: the arena, and buffers for what comes and goes at the graph's edges.
struct DeviceMemory {
    private(set) var buffers: [Plan.ValueID: DeviceBuffer] = [:]

    /// - Parameters:
    ///   - values: those that kernels touch.
    ///   - queue: takes constants to the device.
    /// - Throws: `.outOfMemory` where the device has less.
    init(_ plan: Plan, values: Set<Plan.ValueID>, queue: CommandQueue) throws(HoneError) {
        let context = queue.context
        var arena: DeviceBuffer?
        for value in values.sorted() {
            let planned = plan.values[value]
            switch planned.place {
            case .arena(let offset):
                let whole: DeviceBuffer
                if let arena {
                    whole = arena
                } else {
                    whole = try context.makeBuffer(byteCount: plan.arenaByteCount + BlockedShape.slack)
                    arena = whole
                }
                buffers[value] = try whole.part(offset..<(offset + max(planned.byteCount, 1)))
            case .input, .output:
                // Kernels read whole words of what may end within one.
                buffers[value] = try context.makeBuffer(byteCount: planned.byteCount + BlockedShape.slack)
            case .constant(let tensor):
                let buffer = try context.makeBuffer(byteCount: planned.byteCount + BlockedShape.slack)
                // Typed throws do not pass through `withUnsafeBytes`.
                try tensor.withUnsafeBytes { bytes in
                    Result { () throws(HoneError) in try queue.write(bytes, to: buffer) }
                }.get()
                buffers[value] = buffer
            case .unused: preconditionFailure("a kernel touches a value without a place")
            }
        }
    }

    func buffer(_ value: Plan.ValueID) -> DeviceBuffer {
        guard let buffer = buffers[value] else { preconditionFailure("value \(value) is not on the device") }
        return buffer
    }
}
