import Runtime
import Tensors

/// Sums up a float value where it is: `Kernels/min_max.cl`, then `Kernels/histogram.cl`. What comes back is 8 KB and 20
/// bytes a sample, whatever the value's size.
package struct ValueObserver {
    /// Ints of a sample's extremes and counts.
    private static let rangeCount = 5
    /// Ints of a histogram: exponent, zeros, bins.
    private static let histogramCount = 2050
    /// What a work-group of the histogram should have to do: clearing and adding up its bins is little beside it.
    private static let placesPerGroup = 16_384

    private let ranges: DeviceBuffer
    private let histogram: DeviceBuffer
    private let samples: Int

    /// To be enqueued in this order once the value is there; any number of times, each before the next `summary`.
    package let launches: [KernelLaunch]

    /// - Parameters:
    ///   - value: the value's memory, its first byte.
    ///   - lines: where its elements lie.
    /// - Throws: `.outOfMemory`.
    package init(of value: KernelArgument, lines: ElementLines, _ maker: LaunchMaker) throws(HoneError) {
        samples = lines.samples
        ranges = try maker.context.makeBuffer(byteCount: 4 * ValueObserver.rangeCount * samples)
        histogram = try maker.context.makeBuffer(byteCount: 4 * ValueObserver.histogramCount)
        let units = max(1, maker.device.computeUnits)
        let items = 128
        let first = lines.workGroups(total: units * 16, items: items)
        let groups = max(1, lines.placeCount / ValueObserver.placesPerGroup)
        let second = lines.workGroups(total: min(units * 8, groups), items: 2 * items)
        let minMax = KernelProgram(file: "min_max", defines: ["GROUP": "\(items)"])
        let counting = KernelProgram(file: "histogram", defines: ["GROUP": "\(2 * items)"])
        let count = KernelArgument.int32(Int32(samples))
        launches = [
            KernelLaunch(
                program: minMax, function: "min_max_clear", arguments: [.buffer(ranges), count],
                globalSize: [samples]),
            KernelLaunch(
                program: minMax, function: "min_max", arguments: [value, .buffer(ranges)] + lines.arguments,
                globalSize: [first.alongLine * items, first.acrossLines, samples], localSize: [items, 1, 1]),
            KernelLaunch(
                program: counting, function: "histogram_range",
                arguments: [.buffer(ranges), .buffer(histogram), count], globalSize: [2 * items],
                localSize: [2 * items]),
            KernelLaunch(
                program: counting, function: "histogram", arguments: [value, .buffer(histogram)] + lines.arguments,
                globalSize: [second.alongLine * 2 * items, second.acrossLines, samples], localSize: [2 * items, 1, 1]),
        ]
    }

    /// What the last run of the launches found; waits for it.
    package func summary(_ queue: CommandQueue) throws(HoneError) -> ValueSummary {
        let found = try queue.read(ranges, count: ValueObserver.rangeCount * samples, as: Int32.self)
        let counted = try queue.read(histogram, count: ValueObserver.histogramCount, as: UInt32.self)
        return ValueSummary(
            samples: (0..<samples).map { sample in
                ValueSummary.Sample(
                    keys: found[(ValueObserver.rangeCount * sample)..<(ValueObserver.rangeCount * (sample + 1))])
            },
            exponent: Int(Int32(bitPattern: counted[0])), counts: counted[2...].map { UInt64($0) },
            zeroCount: UInt64(counted[1]))
    }
}

extension ValueSummary.Sample {
    /// Reads a result of `Kernels/min_max.cl`: lowest key, highest key, counts of NaN, +inf and -inf.
    init(keys: ArraySlice<Int32>) {
        let first = keys.startIndex
        let counts = keys[(first + 2)...].map { UInt64(UInt32(bitPattern: $0)) }
        // Adding +0 makes +0 of -0.
        let extremes =
            keys[first] <= keys[first + 1]
            ? (Float(comparisonKey: keys[first]) + 0)...(Float(comparisonKey: keys[first + 1]) + 0) : nil
        self.init(
            extremes: extremes, nanCount: counts[0], positiveInfinityCount: counts[1], negativeInfinityCount: counts[2])
    }
}

extension Float {
    /// The float of the integer by which kernels compare it, subnormal ones too.
    fileprivate init(comparisonKey key: Int32) {
        self.init(bitPattern: UInt32(bitPattern: key ^ ((key >> 31) & Int32.max)))
    }
}
