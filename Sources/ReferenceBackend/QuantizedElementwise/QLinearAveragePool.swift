import ModelGraph
import Runtime
import Tensors

extension QLinearAveragePool: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0))
        let reals = try inputs.quantization(scale: 1, zeroPoint: 2).realValues(of: x.elementType)
        let result = try inputs.quantization(scale: 3, zeroPoint: 4)
        let range: QuantizedRange = x.elementType == .int8 ? .int8 : .uint8
        let taps = try WindowTaps(try resolvedWindow(input: x.shape))
        let axes = spatialAxes(rank: x.shape.count)
        let (from, to) = (AxisLines(x.shape, axes: axes), AxisLines(y.shape, axes: axes))
        let (bytes, means) = (x.byteElements, y.byteElements)
        guard to.outer * to.length * to.inner > 0 else { return }
        // A window's places are the same in every plane: they are found once, then every plane is summed.
        taps.forEachWindow { window, places, countWithPadding in
            let count = Float(countsPadding ? countWithPadding : places.count)
            for outer in 0..<to.outer {
                for inner in 0..<to.inner {
                    let plane = outer * from.length * from.inner + inner
                    var sum: Float = 0
                    for place in places { sum += reals[Int(bytes[plane + place * from.inner])] }
                    means[(outer * to.length + window) * to.inner + inner] = result.byte(sum / count, range)
                }
            }
        }
    }
}

/// For each output of a window operator, the places in a plane that it reads.
private struct WindowTaps {
    /// The taps of one output along one dimension that read the input.
    private struct Run {
        let first: Int
        let step: Int
        let count: Int
        /// Taps that read the input or its padding; an incomplete last window reaches beyond both.
        let countWithPadding: Int
    }

    private let runs: [[Run]]
    private let strides: [Int]

    /// - Throws: `.unsupported` if a window lies wholly in the padding, whose mean nobody defines.
    init(_ window: SlidingWindow) throws(HoneError) {
        strides = rowMajorStrides(window.input)
        var runs: [[Run]] = []
        for dimension in window.input.indices {
            let (kernel, size) = (window.kernel[dimension], window.input[dimension])
            let step = window.dilations[dimension]
            var line: [Run] = []
            for output in 0..<window.output[dimension] {
                let start = output * window.strides[dimension] - window.padsBegin[dimension]
                func taps(below end: Int) -> Int { start >= end ? 0 : min(kernel, (end - 1 - start) / step + 1) }
                let skipped = start < 0 ? (step - 1 - start) / step : 0
                let count = taps(below: size) - skipped
                guard count > 0 else {
                    throw HoneError(.unsupported, "pads of dimension \(dimension) leave a window without input")
                }
                line.append(
                    Run(
                        first: start + skipped * step, step: step, count: count,
                        countWithPadding: taps(below: size + window.padsEnd[dimension])))
            }
            runs.append(line)
        }
        self.runs = runs
    }

    /// Calls `body` for each output in row-major order with the places it reads, in row-major order of the window.
    func forEachWindow(_ body: (_ window: Int, _ places: [Int], _ countWithPadding: Int) -> Void) {
        var index = [Int](repeating: 0, count: runs.count)
        var places: [Int] = []
        for window in 0..<runs.reduce(1, { $0 * $1.count }) {
            let current = runs.indices.map { runs[$0][index[$0]] }
            places.removeAll(keepingCapacity: true)
            append(&places, current[...], base: 0)
            body(window, places, current.reduce(1) { $0 * $1.countWithPadding })
            for dimension in runs.indices.reversed() {
                index[dimension] += 1
                if index[dimension] < runs[dimension].count { break }
                index[dimension] = 0
            }
        }
    }

    private func append(_ places: inout [Int], _ remaining: ArraySlice<Run>, base: Int) {
        guard let run = remaining.first else {
            places.append(base)
            return
        }
        for tap in 0..<run.count {
            let place = base + (run.first + tap * run.step) * strides[remaining.startIndex]
            append(&places, remaining.dropFirst(), base: place)
        }
    }
}
