import Runtime
import Tensors

/// What a device gives at most, measured by kernels that never leave the registers: `peak_dot4`, `peak_mma`, `peak_fma`.
package struct DevicePeak {
    private let queue: CommandQueue
    private let context: DeviceContext
    /// Work-items of a launch: enough to fill a device several times over.
    private let items: Int
    private let result: DeviceBuffer

    /// How many launches are measured, and how long each is at least.
    private static let launchCount = 5
    private static let launchSeconds = 0.005
    private static let groupSize = 128

    /// Operations that a work-item of each kernel does in a round, two to a multiply-accumulate: 16 dot products of four; 8
    /// products of 16 x 8 x 32 of a warp of 32 work-items; 16 fused multiply-adds.
    static let dot4Operations = 16 * 4 * 2
    static let matrixOperations = 8 * 16 * 8 * 32 * 2 / 32
    static let floatOperations = 16 * 2

    /// - Throws: `.device` if there is no such device, or it cannot be used.
    package init(_ device: OpenCLDevice) throws(HoneError) {
        context = try DeviceContext.shared(device)
        queue = try context.makeQueue(profiling: true)
        let perUnit = device.info.kind == .gpu ? 4096 : 512
        items = max(device.info.computeUnits, 1) * perUnit / DevicePeak.groupSize * DevicePeak.groupSize
        result = try context.makeBuffer(byteCount: items * 4)
    }

    /// 8-bit multiply-accumulates: the faster of the dot product that was chosen and, where the device has them, matrix
    /// instructions. Operations a second, two to a multiply-accumulate, in units of 1e9.
    package func integerGops() throws(HoneError) -> Double { max(try dotProductGops(), try matrixGops() ?? 0) }

    /// The dot product of four bytes that was chosen, in the same unit.
    package func dotProductGops() throws(HoneError) -> Double {
        try gops("peak_dot4", .uint32(0x0102_0304), operationsAnItemAndRound: Self.dot4Operations)
    }

    /// Matrix instructions, in the same unit; nil where there are none.
    package func matrixGops() throws(HoneError) -> Double? {
        guard try context.device.probes().hasMatrixPTX else { return nil }
        return try gops("peak_mma", .uint32(1), operationsAnItemAndRound: Self.matrixOperations)
    }

    /// float32 fused multiply-adds, in the same unit.
    package func floatGops() throws(HoneError) -> Double {
        try gops("peak_fma", .float(1e-6), operationsAnItemAndRound: Self.floatOperations)
    }

    private func gops(
        _ kernel: String, _ operand: KernelArgument, operationsAnItemAndRound operations: Int
    ) throws(HoneError) -> Double {
        var rounds: Int32 = 16
        while try seconds(kernel, operand, rounds) < DevicePeak.launchSeconds, rounds < 1 << 20 { rounds *= 2 }
        var shortest = Double.infinity
        for _ in 0..<DevicePeak.launchCount { shortest = min(shortest, try seconds(kernel, operand, rounds)) }
        return Double(items) * Double(rounds) * Double(operations) / shortest / 1e9
    }

    private func seconds(_ kernel: String, _ operand: KernelArgument, _ rounds: Int32) throws(HoneError) -> Double {
        let launch = KernelLaunch(
            program: KernelProgram(file: kernel), function: kernel,
            arguments: [.buffer(result), operand, .int32(rounds)], globalSize: [items],
            localSize: [DevicePeak.groupSize])
        let maker = LaunchMaker(queue: queue)
        let bound = try maker.bind(launch) { _ in result }
        guard let event = try queue.enqueueTimed(bound) else { return .infinity }
        let duration = try event.duration()
        return Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    }
}
