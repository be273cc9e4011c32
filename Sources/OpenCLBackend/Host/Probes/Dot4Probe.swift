import Tensors

/// Whether a body of `dot4` is exact, and how fast it is.
enum Dot4Probe {
    private static let count = 4096
    /// Sums of a work-item, and how often it adds to each: see `Kernels/probe_dot4_rate.cl`.
    private static let roundOperations = 32
    private static let rounds = 64

    /// Tries the bodies of this device; more than one that is right are timed.
    static func results(in context: DeviceContext) -> [DeviceProbes.Dot4] {
        var results = Dot4Body.candidates(for: context.device.info).map { body in
            DeviceProbes.Dot4(body: body, outcome: outcome(body, in: context))
        }
        guard results.count(where: { $0.outcome == .right }) > 1 else { return results }
        for index in results.indices where results[index].outcome == .right {
            results[index].billionsPerSecond = try? rate(results[index].body, in: context)
        }
        return results
    }

    private static func outcome(_ body: Dot4Body, in context: DeviceContext) -> DeviceProbes.Outcome {
        do throws(HoneError) {
            return try isRight(body, in: context) ? .right : .wrong
        } catch {
            return .fails(error.message)
        }
    }

    private static func program(_ file: String, _ body: Dot4Body) -> KernelProgram {
        KernelProgram(file: file, defines: ["DOT4_IMPL": "\(body.rawValue)"], options: body.options)
    }

    private static func isRight(_ body: Dot4Body, in context: DeviceContext) throws(HoneError) -> Bool {
        var random = ProbeOperands(seed: 4)
        // The extremes of both kinds beside what is drawn, and sums that wrap.
        let extremes: [(UInt32, UInt32)] = [
            (0xFFFF_FFFF, 0x8080_8080), (0xFFFF_FFFF, 0x7F7F_7F7F), (0x8000_FF7F, 0x80FF_7F01),
        ]
        let activations = extremes.map(\.0) + random.next(count - extremes.count)
        let weights = extremes.map(\.1) + random.next(count - extremes.count)
        let sums = random.next(count)
        let queue = try context.makeQueue()
        let maker = LaunchMaker(queue: queue)
        let result = try context.makeBuffer(byteCount: count * 4)
        let launch = KernelLaunch(
            program: program("probe_dot4", body), function: "probe_dot4",
            arguments: [
                .buffer(try maker.buffer(activations)), .buffer(try maker.buffer(weights)),
                .buffer(try maker.buffer(sums)), .buffer(result), .int32(Int32(count)),
            ], globalSize: [count])
        try queue.enqueue(try maker.bind(launch))
        let found = try queue.read(result, count: count, as: Int32.self)
        return (0..<count).allSatisfy { found[$0] == dot4(activations[$0], weights[$0], sums[$0]) }
    }

    private static func dot4(_ activations: UInt32, _ weights: UInt32, _ sum: UInt32) -> Int32 {
        stride(from: UInt32(0), to: 32, by: 8).reduce(Int32(bitPattern: sum)) { sum, shift in
            let activation = Int32(UInt8(truncatingIfNeeded: activations >> shift))
            return sum &+ activation * Int32(Int8(truncatingIfNeeded: weights >> shift))
        }
    }

    /// The best of a few runs: the first one warms the device up.
    private static func rate(_ body: Dot4Body, in context: DeviceContext) throws(HoneError) -> Double {
        let items = max(context.device.info.computeUnits, 1) * 2048
        let queue = try context.makeQueue(profiling: true)
        let maker = LaunchMaker(queue: queue)
        let result = try context.makeBuffer(byteCount: items * 4)
        let launch = try maker.bind(
            KernelLaunch(
                program: program("probe_dot4_rate", body), function: "probe_dot4_rate",
                arguments: [.buffer(result), .uint32(12345), .int32(Int32(rounds))], globalSize: [items],
                localSize: [64]))
        var best = Double.infinity
        for _ in 0..<5 {
            guard let event = try queue.enqueueTimed(launch) else { continue }
            let (start, end) = try event.interval()
            if end > start { best = min(best, Double(end - start)) }
        }
        return Double(items * rounds * roundOperations) / best
    }
}
