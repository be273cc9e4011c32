import Tensors

/// Whether NVIDIA's matrix instructions can be used from OpenCL C.
enum MatrixProbe {
    /// nil where they are not to be had: they came with compute capability 8.0.
    static func outcome(in context: DeviceContext) -> DeviceProbes.Outcome? {
        let info = context.device.info
        guard info.vendor == .nvidia, let capability = info.computeCapability, capability >= 80 else { return nil }
        do throws(HoneError) {
            return try isRight(ptx: true, in: context) ? .right : .wrong
        } catch {
            return .fails(error.message)
        }
    }

    /// One product with either body of `Kernels/mma.clh`, compared with the plain loop.
    static func isRight(ptx: Bool, in context: DeviceContext) throws(HoneError) -> Bool {
        var random = ProbeOperands(seed: 16)
        let (rows, columns, inputs) = (16, 8, 32)
        let a = random.next(rows * inputs).map { UInt8(truncatingIfNeeded: $0) }
        let b = random.next(columns * inputs).map { Int8(truncatingIfNeeded: $0) }
        let sums = random.next(rows * columns).map(Int32.init(bitPattern:))
        let queue = try context.makeQueue()
        let maker = LaunchMaker(queue: queue)
        let result = try maker.buffer(sums)
        let launch = KernelLaunch(
            program: KernelProgram(file: "probe_mma", defines: ["MMA_PTX": ptx ? "1" : "0"]), function: "probe_mma",
            arguments: [.buffer(try maker.buffer(a)), .buffer(try maker.buffer(b)), .buffer(result)],
            globalSize: [32], localSize: [32])
        try queue.enqueue(try maker.bind(launch))
        let found = try queue.read(result, count: rows * columns, as: Int32.self)
        return (0..<(rows * columns)).allSatisfy { index in
            let (row, column) = (index / columns, index % columns)
            let sum = (0..<inputs).reduce(sums[index]) {
                $0 &+ Int32(a[row * inputs + $1]) * Int32(b[column * inputs + $1])
            }
            return found[index] == sum
        }
    }
}
