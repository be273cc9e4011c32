import ModelGraph
import Tensors

/// The walk of a pool over one plane, a row of outputs at a time, for any number of spatial dimensions.
struct WindowRows {
    let window: SlidingWindow
    private let last: Int
    /// For each output of the last dimension, or of any other: how many taps read the input.
    private let tapsInside: [[Int]]
    private let strides: [Int]

    /// - Throws: `.unsupported` if a window lies wholly in the padding: what it holds is defined by nobody.
    init(_ window: SlidingWindow) throws(HoneError) {
        self.window = window
        last = window.input.count - 1
        strides = rowMajorStrides(window.input)
        var tapsInside: [[Int]] = []
        for dimension in window.input.indices {
            var counts: [Int] = []
            for output in 0..<window.output[dimension] {
                counts.append(window.taps(dimension, output: output, below: window.input[dimension]).count)
            }
            guard !counts.contains(0) else {
                throw HoneError(.unsupported, "pads of dimension \(dimension) leave a window without input")
            }
            tapsInside.append(counts)
        }
        self.tapsInside = tapsInside
    }

    var rowLength: Int { window.output[last] }
    var inputCount: Int { window.input.reduce(1, *) }
    var outputCount: Int { window.output.reduce(1, *) }

    /// Calls `row` for each output row with the indices of the row in the dimensions before the last.
    func forEachRow(_ row: (_ row: Int, _ outer: [Int]) -> Void) {
        var outer = [Int](repeating: 0, count: last)
        for index in 0..<(rowLength == 0 ? 0 : outputCount / rowLength) {
            row(index, outer)
            advance(&outer, below: window.output)
        }
    }

    /// Calls `body` for each tap of an output row, in the order of the kernel: outputs `range` read input
    /// `first + (output - range.lowerBound) * step`.
    func forEachTap(
        outer: [Int], _ body: (_ range: Range<Int>, _ first: Int, _ step: Int) -> Void
    ) {
        // Only taps that read the input: a kernel may be far larger, and reach into pads.
        let taps = (0..<last).map { window.taps($0, output: outer[$0], below: window.input[$0]) }
        let lowest = window.taps(last, output: rowLength - 1, below: window.input[last]).lowerBound
        let highest = window.taps(last, output: 0, below: window.input[last]).upperBound
        let stride = window.strides[last]
        var index = [Int](repeating: 0, count: last)
        for _ in 0..<taps.reduce(1, { $0 * $1.count }) {
            var base = 0
            for dimension in 0..<last {
                let tap = taps[dimension].lowerBound + index[dimension]
                base += window.position(dimension, output: outer[dimension], tap: tap) * strides[dimension]
            }
            for tap in lowest..<max(lowest, highest) {
                let start = window.position(last, output: 0, tap: tap)
                let first = start >= 0 ? 0 : (stride - 1 - start) / stride
                let end = min(
                    rowLength, start < window.input[last] ? (window.input[last] - 1 - start) / stride + 1 : 0)
                if first < end { body(first..<end, base + start + first * stride, stride) }
            }
            advance(&index, below: taps.map(\.count))
        }
    }

    /// How many taps an output of the row averages over.
    func count(outer: [Int], column: Int) -> Int {
        var count = tapsInside[last][column]
        for dimension in 0..<last { count *= tapsInside[dimension][outer[dimension]] }
        return count
    }

    /// How many taps lie in the input or its padding: a last window may reach beyond where the output size is rounded up.
    func paddedCount(outer: [Int], column: Int) -> Int {
        (outer + [column]).enumerated().reduce(1) { count, place in
            let (dimension, output) = place
            let end = window.input[dimension] + window.padsEnd[dimension]
            return count * window.taps(dimension, output: output, below: end, from: -window.padsBegin[dimension]).count
        }
    }

    private func advance(_ index: inout [Int], below limits: [Int]) {
        for dimension in index.indices.reversed() {
            index[dimension] += 1
            if index[dimension] < limits[dimension] { return }
            index[dimension] = 0
        }
    }
}

extension SlidingWindow {
    /// The input coordinate that a tap reads.
    func position(_ dimension: Int, output: Int, tap: Int) -> Int {
        output * strides[dimension] - padsBegin[dimension] + tap * dilations[dimension]
    }

    /// The taps of an output whose coordinate is at least `lowest` and below `end`.
    fileprivate func taps(_ dimension: Int, output: Int, below end: Int, from lowest: Int = 0) -> Range<Int> {
        let start = position(dimension, output: output, tap: 0)
        let dilation = dilations[dimension]
        let first = start >= lowest ? 0 : (lowest - start + dilation - 1) / dilation
        let last = end > start ? min(kernel[dimension], (end - 1 - start) / dilation + 1) : 0
        return first..<max(first, last)
    }
}
