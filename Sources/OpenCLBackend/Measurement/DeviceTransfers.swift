import Tensors

/// What moving bytes and starting kernels takes on a device.
package struct DeviceTransfers: Sendable {
    /// Within the device, reads and writes counted, in 1e9 bytes a second.
    package let copyRate: Double
    /// The bytes of a buffer that was copied there.
    package let copyByteCount: Int
    /// The same between buffers of more than 4 GiB, whose last bytes were compared; nil where the device has no such buffers.
    package let largeCopyRate: Double?
    /// From the host's memory and back to it, in 1e9 bytes a second.
    package let uploadRate: Double
    package let downloadRate: Double
    /// From one kernel to the next in a queue that is never empty, by the host's clock.
    package let launchMicroseconds: Double
    /// From starting one kernel to knowing that it is done.
    package let roundTripMicroseconds: Double
    /// What events say of a kernel that does nothing, and the steps of their clock.
    package let emptyKernelMicroseconds: Double
    package let timerNanoseconds: Int

    private static let runCount = 7
    private static let launchCount = 500

    /// - Throws: `.device` if there is no such device, or it cannot be used; `.checkFailed` if a copy is not right.
    package init(_ device: OpenCLDevice) throws(HoneError) {
        let isGPU = device.info.kind == .gpu
        let context = try DeviceContext.shared(device)
        let room = min(device.info.maximumAllocation, device.info.globalMemory / 8)
        copyByteCount = min(isGPU ? 1 << 30 : 1 << 26, room) / 4096 * 4096
        let copies = try CopyTrial(context, byteCount: copyByteCount)
        copyRate = try copies.rate(runs: Self.runCount)
        (uploadRate, downloadRate) = try copies.hostRates(runs: Self.runCount)
        let largeByteCount = 5 << 30
        largeCopyRate =
            isGPU && room >= largeByteCount
            ? try CopyTrial(context, byteCount: largeByteCount).rate(runs: 3) : nil
        timerNanoseconds = device.info.timerNanoseconds

        let empty = try copies.emptyLaunch()
        let queue = try context.makeQueue(profiling: true)
        var shortest = Double.infinity
        for _ in 0..<Self.runCount {
            if let event = try queue.enqueueTimed(empty) { shortest = min(shortest, try event.duration().inSeconds) }
        }
        emptyKernelMicroseconds = shortest * 1e6
        let plain = try context.makeQueue()
        var (gap, roundTrip) = (Double.infinity, Double.infinity)
        for _ in 0..<Self.runCount {
            let clock = ContinuousClock()
            var start = clock.now
            try plain.enqueue(empty)
            try plain.finish()
            roundTrip = min(roundTrip, (clock.now - start).inSeconds)
            start = clock.now
            for _ in 0..<Self.launchCount { try plain.enqueue(empty) }
            try plain.finish()
            gap = min(gap, (clock.now - start).inSeconds / Double(Self.launchCount))
        }
        launchMicroseconds = gap * 1e6
        roundTripMicroseconds = roundTrip * 1e6
    }
}

/// Two buffers and the kernel that copies one to the other.
private struct CopyTrial {
    private let context: DeviceContext
    private let queue: CommandQueue
    private let (source, target): (DeviceBuffer, DeviceBuffer)
    private let byteCount: Int

    /// - Parameter byteCount: a multiple of 4096.
    init(_ context: DeviceContext, byteCount: Int) throws(HoneError) {
        self.context = context
        self.byteCount = byteCount
        queue = try context.makeQueue(profiling: true)
        source = try context.makeBuffer(byteCount: byteCount)
        target = try context.makeBuffer(byteCount: byteCount)
    }

    /// A launch that copies nothing.
    func emptyLaunch() throws(HoneError) -> BoundLaunch { try launch(items: 64, copied: 0) }

    /// Bytes read and written in a nanosecond; the best of some runs.
    func rate(runs: Int) throws(HoneError) -> Double {
        let mark: [UInt64] = [0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210]
        try mark.withBytes { bytes throws(HoneError) in
            try queue.write(bytes, to: source, offset: byteCount - bytes.count)
        }
        let bound = try launch(items: byteCount / 16, copied: byteCount / 16)
        var shortest = Double.infinity
        for _ in 0..<runs {
            if let event = try queue.enqueueTimed(bound) { shortest = min(shortest, try event.duration().inSeconds) }
        }
        var found: [UInt64] = [0, 0]
        try found.withMutableBytes { bytes throws(HoneError) in
            try queue.read(target, into: bytes, offset: byteCount - bytes.count)
        }
        guard found == mark else {
            throw HoneError(.checkFailed, "the end of a buffer of \(byteCount >> 20) MiB was not copied")
        }
        return 2 * Double(byteCount) / shortest / 1e9
    }

    /// To the device and back, in the pageable memory that feeds and results have.
    func hostRates(runs: Int) throws(HoneError) -> (up: Double, down: Double) {
        var bytes = [UInt8](repeating: 1, count: min(byteCount, 1 << 26))
        let clock = ContinuousClock()
        var (up, down) = (Double.infinity, Double.infinity)
        for _ in 0..<runs {
            var start = clock.now
            try bytes.withBytes { bytes throws(HoneError) in try queue.write(bytes, to: source) }
            up = min(up, (clock.now - start).inSeconds)
            start = clock.now
            try bytes.withMutableBytes { bytes throws(HoneError) in try queue.read(source, into: bytes) }
            down = min(down, (clock.now - start).inSeconds)
        }
        return (Double(bytes.count) / up / 1e9, Double(bytes.count) / down / 1e9)
    }

    private func launch(items: Int, copied: Int) throws(HoneError) -> BoundLaunch {
        try LaunchMaker(queue: queue).bind(
            KernelLaunch(
                program: KernelProgram(file: "peak_copy"), function: "peak_copy",
                arguments: [.buffer(source), .buffer(target), .int64(Int64(copied))], globalSize: [items],
                localSize: [64]))
    }
}

extension Duration {
    fileprivate var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}

extension Array where Element: BitwiseCopyable {
    fileprivate func withBytes(
        _ body: (UnsafeRawBufferPointer) throws(HoneError) -> Void
    ) throws(HoneError) {
        let result = withUnsafeBytes { bytes -> Result<Void, HoneError> in
            Result { () throws(HoneError) in try body(bytes) }
        }
        try result.get()
    }

    fileprivate mutating func withMutableBytes(
        _ body: (UnsafeMutableRawBufferPointer) throws(HoneError) -> Void
    ) throws(HoneError) {
        let result = withUnsafeMutableBytes { bytes -> Result<Void, HoneError> in
            Result { () throws(HoneError) in try body(bytes) }
        }
        try result.get()
    }
}
