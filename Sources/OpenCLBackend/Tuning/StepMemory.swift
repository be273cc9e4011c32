import Lowering
import Runtime
import Tensors

/// Memory of its own for one step of a plan, inputs filled with random numbers: where a search runs the step's kernels.
final class StepMemory {
    /// Row-major, by value.
    private(set) var inputs: [Plan.ValueID: Tensor] = [:]
    private(set) var buffers: [Plan.ValueID: DeviceBuffer] = [:]
    private(set) var outputs: [Plan.ValueID] = []
    private let queue: CommandQueue

    /// What outputs hold before a kernel runs, so that what it does not write shows.
    private static let poison: UInt8 = 0xA5

    /// - Parameter values: those that the step's launches touch.
    /// - Throws: `.outOfMemory`.
    init(_ plan: Plan, _ step: PlanStep, values: Set<Plan.ValueID>, queue: CommandQueue) throws(HoneError) {
        self.queue = queue
        let written = Set(step.outputs.compactMap { $0 })
        for value in values.sorted() {
            let planned = plan.values[value]
            // As the executor reserves it: kernels read whole words of what may end within one.
            let byteCount = (planned.byteCount + BlockedShape.slack + 3) / 4 * 4
            let buffer = try queue.context.makeBuffer(byteCount: byteCount)
            buffers[value] = buffer
            if written.contains(value) {
                outputs.append(value)
                continue
            }
            let tensor: Tensor
            if case .constant(let constant) = planned.place {
                tensor = constant
            } else {
                tensor = Tensor(random: planned.type, seed: UInt64(value))
            }
            inputs[value] = tensor
            try fill(buffer, value, planned, tensor)
        }
    }

    /// Puts a row-major tensor into a value's memory, in the value's layout.
    private func fill(
        _ buffer: DeviceBuffer, _ id: Plan.ValueID, _ planned: PlannedValue, _ tensor: Tensor
    ) throws(HoneError) {
        guard case .blocked(let layout) = planned.layout, let shape = BlockedShape(planned.type, layout) else {
            return try write(tensor, to: buffer)
        }
        let rows = try queue.context.makeBuffer(byteCount: planned.type.byteCount + BlockedShape.slack)
        try write(tensor, to: rows)
        let maker = LaunchMaker(queue: queue)
        // The plan has no such value; the number only tells the two apart.
        let from = StepOperands.Value(id: -1, type: planned.type, layout: .rowMajor, constant: nil)
        let to = StepOperands.Value(id: id, type: planned.type, layout: planned.layout, constant: nil)
        var launches = try LayoutConversion.launches(from: from, to: to, maker)
        if let halo = KernelLaunch.fillHalo(.value(id), shape) { launches.append(halo) }
        for launch in launches { try queue.enqueue(try maker.bind(launch) { $0 == id ? buffer : rows }) }
        try queue.finish()
    }

    private func write(_ tensor: Tensor, to buffer: DeviceBuffer) throws(HoneError) {
        // Typed throws do not pass through `withUnsafeBytes`.
        try tensor.withUnsafeBytes { bytes in
            Result { () throws(HoneError) in try queue.write(bytes, to: buffer) }
        }.get()
    }

    func buffer(_ value: Plan.ValueID) -> DeviceBuffer {
        guard let buffer = buffers[value] else { preconditionFailure("value \(value) is none of the step's") }
        return buffer
    }

    /// Runs launches once on poisoned outputs.
    ///
    /// - Returns: every byte of every output's memory, halos and what lies between images included.
    func results(of launches: [BoundLaunch]) throws(HoneError) -> [[UInt8]] {
        let maker = LaunchMaker(queue: queue)
        for value in outputs {
            let buffer = buffer(value)
            let fill = KernelLaunch.fill(.buffer(buffer), byteCount: buffer.byteCount / 4 * 4, byte: StepMemory.poison)
            try queue.enqueue(try maker.bind(fill))
        }
        for launch in launches { try queue.enqueue(launch) }
        var results: [[UInt8]] = []
        for value in outputs {
            results.append(try queue.read(buffer(value), count: buffer(value).byteCount, as: UInt8.self))
        }
        return results
    }
}

extension Tensor {
    /// Bytes over their whole range, floats in -1 ..< 1; zeros of other types, which no tuned kernel computes with.
    fileprivate init(random type: TensorType, seed: UInt64) {
        self.init(zeros: type)
        var source = ProbeOperands(seed: seed)
        let isFloat = type.elementType == .float32
        guard isFloat || type.elementType == .uint8 || type.elementType == .int8 else { return }
        withUnsafeMutableBytes { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 4) {
                let number = source.next()
                if isFloat {
                    let float = Float(number >> 8) / Float(1 << 23) - 1
                    bytes.storeBytes(of: float, toByteOffset: offset, as: Float.self)
                } else {
                    for byte in 0..<Swift.min(4, bytes.count - offset) {
                        bytes[offset + byte] = UInt8(truncatingIfNeeded: number >> UInt32(8 * byte))
                    }
                }
            }
        }
    }
}
