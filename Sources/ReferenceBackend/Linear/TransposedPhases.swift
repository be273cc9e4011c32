import ModelGraph
import Tensors

/// A transposed convolution as `stride * stride` ordinary ones whose outputs interleave.
///
/// Output `u - padBegin` receives input `i` through tap `k` where `u == i * stride + k * dilation`. Outputs whose `u` has the
/// same remainder by the stride share their taps, and read the input at a fixed distance from `u / stride`. Each output is one
/// chain as in `Convolution`; taps whose input lies outside take part as zeros, taps of other remainders do not.
struct TransposedPhases {
    /// What the outputs of one remainder receive.
    struct Phase {
        /// The quotients `u / stride` of the outputs, for rows and columns.
        let rows: Range<Int>
        let columns: Range<Int>
        /// `u % stride`.
        let remainders: (row: Int, column: Int)
        /// For each tap, how far it reads from the output's place.
        var offsets: [Int] = []
        /// For each tap, its weight's input channel within the group and its place in the kernel.
        var sources: [(channel: Int, kernel: Int)] = []
    }

    /// Two spatial dimensions; a 1-d window has one row.
    let window: SlidingWindow
    /// The input coordinate of the first element of a padded row, for rows and columns.
    private let first: [Int]
    private let sizes: [Int]
    let channelSize: Int

    init(_ window: SlidingWindow, channels: Int) throws(HoneError) {
        let window = window.asTwoDimensional
        self.window = window
        first = [0, 1].map { window.padsBegin[$0] / window.strides[$0] - (window.extent($0) - 1) / window.strides[$0] }
        var sizes: [Int] = []
        var bytes = 4
        for dimension in 0...1 {
            let last = (window.padsBegin[dimension] + window.output[dimension] - 1) / window.strides[dimension]
            sizes.append(last - first[dimension] + 1)
        }
        for factor in sizes + [channels] {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: factor)
            guard !overflow, product <= MemoryLimit.byteCount else {
                throw HoneError(
                    .outOfMemory,
                    "the padded input of the convolution takes more than \(MemoryLimit.byteCount >> 20) MiB"
                )
            }
            bytes = product
        }
        // Strides beyond the output's size make every output a phase of its own.
        let phaseCount = [0, 1].reduce(1) { $0 * min(window.strides[$1], window.output[$1]) }
        try MemoryLimit.check(phaseCount * MemoryLayout<Phase>.stride, for: "the phases of the convolution's strides")
        self.sizes = sizes
        channelSize = sizes[0] * sizes[1]
    }

    var kernelSize: Int { window.kernel[0] * window.kernel[1] }
    var outputCount: Int { window.output[0] * window.output[1] }

    /// Fills one channel's padded plane from its packed pixels.
    func fill(_ plane: UnsafeMutablePointer<Float>, from pixels: UnsafePointer<Float>) {
        plane.update(repeating: 0, count: channelSize)
        for row in max(0, -first[0])..<max(0, -first[0], min(sizes[0], window.input[0] - first[0])) {
            for column in max(0, -first[1])..<max(0, -first[1], min(sizes[1], window.input[1] - first[1])) {
                plane[row * sizes[1] + column] = pixels[(row + first[0]) * window.input[1] + column + first[1]]
            }
        }
    }

    /// Every phase that has outputs, with the taps in list order: groups of 16 channels, kernel rows, columns, channels.
    func taps(inputs: Int) -> [Phase] {
        var phases: [Phase] = []
        for row in remainders(0) {
            for column in remainders(1) {
                var phase = Phase(
                    rows: quotients(0, remainder: row), columns: quotients(1, remainder: column),
                    remainders: (row, column))
                for block in stride(from: 0, to: inputs, by: 16) {
                    for kernelRow in 0..<window.kernel[0] {
                        let down = kernelRow * window.dilations[0]
                        guard down % window.strides[0] == row else { continue }
                        for kernelColumn in 0..<window.kernel[1] {
                            let right = kernelColumn * window.dilations[1]
                            guard right % window.strides[1] == column else { continue }
                            let back = down / window.strides[0] * sizes[1] + right / window.strides[1]
                            for channel in block..<min(block + 16, inputs) {
                                phase.offsets.append(channel * channelSize - back)
                                phase.sources.append((channel, kernelRow * window.kernel[1] + kernelColumn))
                            }
                        }
                    }
                }
                phases.append(phase)
            }
        }
        return phases
    }

    /// Computes the outputs of a phase in one plane.
    func run(
        _ phase: Phase, weights: [Float], start: Float, x: UnsafePointer<Float>,
        into output: UnsafeMutablePointer<Float>
    ) {
        // Rows lie a padded row apart; the sums between them belong to no output and are dropped.
        let count = (phase.rows.count - 1) * sizes[1] + phase.columns.count
        let origin = (phase.rows.lowerBound - first[0]) * sizes[1] + phase.columns.lowerBound - first[1]
        // Not empty, so that there is an address.
        let offsets = phase.offsets + [0]
        let weights = weights + [0]
        withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { sums in
            guard let base = sums.baseAddress else { return }
            offsets.withUnsafeBufferPointer { offsets in
                weights.withUnsafeBufferPointer { weights in
                    withUnsafePointer(to: start) { start in
                        guard let offsets = offsets.baseAddress, let weights = weights.baseAddress else { return }
                        Float.accumulateTaps(
                            into: base, start: start, startStride: 0, x: x + origin, offsets: offsets, weights: weights,
                            tapCount: phase.offsets.count, count: count)
                    }
                }
            }
            for (row, quotient) in phase.rows.enumerated() {
                let line = quotient * window.strides[0] + phase.remainders.row - window.padsBegin[0]
                var place = phase.columns.lowerBound * window.strides[1] + phase.remainders.column - window.padsBegin[1]
                for column in 0..<phase.columns.count {
                    output[line * window.output[1] + place] = base[row * sizes[1] + column]
                    place += window.strides[1]
                }
            }
        }
    }

    /// The remainders that some output has.
    private func remainders(_ dimension: Int) -> [Int] {
        let stride = window.strides[dimension]
        let count = min(stride, window.output[dimension])
        return (0..<count).map { (window.padsBegin[dimension] + $0) % stride }
    }

    private func quotients(_ dimension: Int, remainder: Int) -> Range<Int> {
        let (stride, begin) = (window.strides[dimension], window.padsBegin[dimension])
        let end = begin + window.output[dimension]
        return (begin - remainder + stride - 1) / stride..<(end - remainder + stride - 1) / stride
    }
}
