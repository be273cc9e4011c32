import ModelGraph
import Tensors

/// One channel of a convolution's input, padded with zeros and split by the stride.
///
/// Plane (py, px) holds the padded input's rows py, py + stride, ... and columns px, px + stride, ..., so that every tap
/// of every output pixel is a read at a fixed distance from the pixel's own place, whatever the stride. Planes that no tap
/// reads are left out. 1-d convolutions have one row.
struct PhasePlanes {
    let window: SlidingWindow
    let rowPhases: [Int]
    let columnPhases: [Int]
    /// Rows of a plane.
    let rowCount: Int
    /// Elements of a row of a plane.
    let pitch: Int
    /// Elements of all planes of a channel.
    let channelSize: Int

    /// - Throws: `.outOfMemory` if pads and dilations make the planes of one image's `channels` absurdly large.
    init(_ window: SlidingWindow, channels: Int) throws(HoneError) {
        let window = window.asTwoDimensional
        self.window = window
        func phases(_ dimension: Int) -> [Int] {
            let stride = window.strides[dimension]
            var phases: Set<Int> = []
            // They repeat after `stride` taps at the latest.
            for tap in 0..<min(window.kernel[dimension], stride) {
                phases.insert(tap * window.dilations[dimension] % stride)
            }
            return phases.sorted()
        }
        rowPhases = phases(0)
        columnPhases = phases(1)
        rowCount = window.output[0] + (window.extent(0) - 1) / window.strides[0]
        pitch = window.output[1] + (window.extent(1) - 1) / window.strides[1]
        var size = 1
        for factor in [rowPhases.count, columnPhases.count, rowCount, pitch, max(channels, 1), 4] {
            let (product, overflow) = size.multipliedReportingOverflow(by: factor)
            guard !overflow, product <= MemoryLimit.byteCount else {
                throw HoneError(
                    .outOfMemory,
                    "the padded input of the convolution takes more than \(MemoryLimit.byteCount >> 20) MiB")
            }
            size = product
        }
        channelSize = rowPhases.count * columnPhases.count * rowCount * pitch
    }

    /// Where the tap reads for output pixel (0, 0), from the channel's first element.
    func offset(row: Int, column: Int) -> Int {
        let (down, right) = (row * window.dilations[0], column * window.dilations[1])
        let (strideDown, strideRight) = (window.strides[0], window.strides[1])
        guard let rowPhase = rowPhases.firstIndex(of: down % strideDown),
            let columnPhase = columnPhases.firstIndex(of: right % strideRight)
        else { preconditionFailure("a tap's phase has no plane") }
        let plane = rowPhase * columnPhases.count + columnPhase
        return (plane * rowCount + down / strideDown) * pitch + right / strideRight
    }

    /// Fills one channel's planes from its packed pixels.
    func fill<Source, Element: TapElement>(
        _ planes: UnsafeMutablePointer<Element>, from pixels: UnsafePointer<Source>,
        convert: (Source) -> Element
    ) {
        planes.update(repeating: 0, count: channelSize)
        let (height, width) = (window.input[0], window.input[1])
        var plane = planes
        for rowPhase in rowPhases {
            for columnPhase in columnPhases {
                let columns = PhasePlanes.inside(
                    phase: columnPhase, pad: window.padsBegin[1], stride: window.strides[1], size: width, count: pitch)
                let rows = PhasePlanes.inside(
                    phase: rowPhase, pad: window.padsBegin[0], stride: window.strides[0], size: height, count: rowCount)
                for row in rows {
                    let source = pixels + (row * window.strides[0] + rowPhase - window.padsBegin[0]) * width
                    let target = plane + row * pitch
                    let shift = columnPhase - window.padsBegin[1]
                    if window.strides[1] == 1 {
                        for column in columns { target[column] = convert(source[column &+ shift]) }
                    } else {
                        for column in columns { target[column] = convert(source[column * window.strides[1] + shift]) }
                    }
                }
                plane += rowCount * pitch
            }
        }
    }

    /// The indices of a phase whose padded coordinate lies inside the input.
    private static func inside(phase: Int, pad: Int, stride: Int, size: Int, count: Int) -> Range<Int> {
        let first = max(0, (pad - phase + stride - 1) / stride)
        let end = min(count, pad + size > phase ? (pad + size - phase + stride - 1) / stride : 0)
        return first..<max(first, end)
    }
}

extension SlidingWindow {
    /// A 1-d window as one over a single row.
    var asTwoDimensional: SlidingWindow {
        guard input.count == 1 else { return self }
        return SlidingWindow(
            kernel: [1] + kernel, strides: [1] + strides, dilations: [1] + dilations, padsBegin: [0] + padsBegin,
            padsEnd: [0] + padsEnd, input: [1] + input, output: [1] + output)
    }
}
