import Lowering
import Runtime
import Tensors

/// What an operator makes its launches with: it puts constants on the device, sets memory aside, and knows the device.
///
/// One for each prepared plan. First every step's launches are made, with `beginStep` before each; then they are bound.
package final class LaunchMaker {
    package let context: DeviceContext
    /// Of float convolutions and matrix products.
    package let precision: FloatPrecision
    /// What the device is.
    package var device: DeviceInfo { context.device.info }
    /// What it was found to do: the chosen body of `dot4`, tensor cores.
    package var probes: DeviceProbes { context.probes }

    /// Where kernels whose work can be cut in several ways get their tiles from.
    package let tiles: TileChoice

    /// What this step's launches keep of its weights, where they leave out blocks of zeros.
    private(set) var keptBlocks: (density: BlockDensity, byteCount: Int)?

    private let queue: CommandQueue
    private var temporaryOffset = 0
    private var temporaryByteCount = 0
    private var temporaries: DeviceBuffer?

    /// - Parameters:
    ///   - queue: takes the constants to the device.
    ///   - precision: of float convolutions and matrix products.
    ///   - tiles: presets, if nothing else is given.
    package init(queue: CommandQueue, precision: FloatPrecision = .float32, tiles: TileChoice = TileChoice()) {
        context = queue.context
        self.precision = precision
        self.queue = queue
        self.tiles = tiles
    }

    /// From now on temporary memory, and what is kept of weights, is that of another step.
    package func beginStep() {
        temporaryOffset = 0
        keptBlocks = nil
    }

    /// Says what the step keeps of its weights, for those who read plans: blocks, and the bytes that they and the places of
    /// their inputs take on the device.
    func note(_ density: BlockDensity, byteCount: Int) { keptBlocks = (density, byteCount) }

    /// Constants on the device: a buffer of exactly these elements (of 4 bytes if there are none).
    package func buffer<Element: BitwiseCopyable>(_ elements: [Element]) throws(HoneError) -> DeviceBuffer {
        let made = try context.makeBuffer(byteCount: elements.count * MemoryLayout<Element>.stride)
        // Typed throws do not pass through `Array.withUnsafeBytes`.
        try elements.withUnsafeBytes { bytes in
            Result { () throws(HoneError) in try queue.write(bytes, to: made) }
        }.get()
        return made
    }

    /// Constants on the device: a buffer of exactly these bytes.
    package func buffer(bytes: UnsafeRawBufferPointer) throws(HoneError) -> DeviceBuffer {
        let made = try context.makeBuffer(byteCount: bytes.count)
        try queue.write(bytes, to: made)
        return made
    }

    /// Memory for what passes between this step's launches; what is in it at first is undefined.
    ///
    /// - Throws: `.outOfMemory` where the sum overflows.
    package func temporary(byteCount: Int) throws(HoneError) -> TemporaryMemory {
        precondition(temporaries == nil, "all launches are made before one is bound")
        let alignment = max(device.subBufferAlignment, 512)
        let offset = temporaryOffset
        let (end, overflow) = offset.addingReportingOverflow(max(byteCount, 1))
        let (padded, secondOverflow) = end.addingReportingOverflow(alignment - 1)
        guard byteCount >= 0, !overflow, !secondOverflow else {
            throw HoneError(.outOfMemory, "\(byteCount) bytes of temporary memory")
        }
        temporaryOffset = padded / alignment * alignment
        temporaryByteCount = max(temporaryByteCount, temporaryOffset)
        return TemporaryMemory(offset: offset, byteCount: byteCount)
    }

    /// Bytes of temporary memory, which all steps share.
    package var sharedTemporaryByteCount: Int { temporaryByteCount }

    /// Builds a launch's program and sets its arguments, once for all runs.
    ///
    /// - Parameter values: the memory of each value of the plan.
    /// - Throws: `.device` if the program does not build or the device cannot run such a launch; `.outOfMemory`.
    package func bind(
        _ launch: KernelLaunch, values: (Plan.ValueID) throws(HoneError) -> DeviceBuffer
    ) throws(HoneError) -> BoundLaunch {
        var memory: [DeviceBuffer?] = []
        for argument in launch.arguments {
            switch argument {
            case .value(let id): memory.append(try values(id))
            case .buffer(let buffer): memory.append(buffer)
            case .temporary(let temporary): memory.append(try buffer(of: temporary))
            case .absent, .int32, .uint32, .int64, .float, .local: memory.append(nil)
            }
        }
        return try BoundLaunch(launch, memory: memory, in: context)
    }

    /// The same for a launch without values of a plan.
    package func bind(_ launch: KernelLaunch) throws(HoneError) -> BoundLaunch {
        try bind(launch) { id throws(HoneError) in preconditionFailure("\(launch.function) names value \(id)") }
    }

    private func buffer(of temporary: TemporaryMemory) throws(HoneError) -> DeviceBuffer {
        let whole: DeviceBuffer
        if let temporaries {
            whole = temporaries
        } else {
            whole = try context.makeBuffer(byteCount: temporaryByteCount)
            temporaries = whole
        }
        return try whole.part(temporary.offset..<(temporary.offset + max(temporary.byteCount, 1)))
    }
}
