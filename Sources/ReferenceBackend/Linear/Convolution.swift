import ModelGraph
import Runtime
import Tensors

/// A grouped convolution in the order that NUMERICS.md fixes: each output is one chain that starts from the bias and goes
/// through groups of 16 input channels, kernel rows, kernel columns and the channels of the group, in this nesting.
///
/// Taps in the padding take part as zeros. Taps whose weights are zero for all of 16 neighbouring outputs take no part: for
/// integers that changes nothing, in floats an infinity there makes no NaN. The caller says how input becomes numbers and what
/// becomes of the sums.
struct Convolution<Element: TapElement> {
    let planes: PhasePlanes
    let group: Int
    let inputChannels: Int
    let outputChannels: Int
    /// For each block of outputs, how far each of its taps reads from the first channel of the group.
    private let offsets: [[Int]]
    /// For each output channel, its weights in the order of its block's `offsets`.
    private let weights: [[Element]]

    /// Outputs that share a list of taps.
    private let outputBlock = 16
    /// Channels that stand together in the chain.
    private let channelBlock = 16
    /// Bytes of padded input kept at a time.
    private let workingSet = 8 << 20
    /// Output pixels computed at a time, at least.
    private let chunk = 4096

    /// - Parameter weight: the element of the ONNX weight tensor at an index, with its output channel.
    init(
        window: SlidingWindow, inputShape: [Int], weightShape: [Int], group: Int,
        weight: (_ index: Int, _ outputChannel: Int) -> Element
    ) throws(HoneError) {
        planes = try PhasePlanes(window, channels: inputShape[1])
        self.group = group
        inputChannels = inputShape[1]
        outputChannels = weightShape[0]
        let channels = weightShape[1]
        let (rows, columns) = (planes.window.kernel[0], planes.window.kernel[1])
        var offsets: [Int] = []
        var sources: [Int] = []
        for first in stride(from: 0, to: channels, by: channelBlock) {
            for row in 0..<rows {
                for column in 0..<columns {
                    let offset = planes.offset(row: row, column: column)
                    for channel in first..<min(first + channelBlock, channels) {
                        offsets.append(channel * planes.channelSize + offset)
                        sources.append((channel * rows + row) * columns + column)
                    }
                }
            }
        }
        var weights: [[Element]] = []
        var lists: [[Int]] = []
        for firstOutput in stride(from: 0, to: outputChannels, by: outputBlock) {
            let rows = (firstOutput..<min(firstOutput + outputBlock, outputChannels)).map { outputChannel in
                sources.map { source in weight(outputChannel * sources.count + source, outputChannel) }
            }
            let kept = sources.indices.filter { tap in rows.contains { $0[tap] != 0 } }
            // Lists that drop nothing share their memory.
            let isWhole = kept.count == sources.count
            lists.append(isWhole ? offsets : kept.map { offsets[$0] })
            weights += isWhole ? rows : rows.map { row in kept.map { row[$0] } }
        }
        self.offsets = lists
        self.weights = weights
    }

    /// Convolves `images` images.
    ///
    /// - Parameters:
    ///   - starts: what each output channel's chains start from.
    ///   - input: the packed input, `[images, inputChannels, spatial...]`.
    ///   - store: gets runs of sums: the output channel, the index of the first in the packed output, the sums.
    func run<Source>(
        images: Int, starts: [Element], input: UnsafePointer<Source>, convert: (Source) -> Element,
        store: (_ channel: Int, _ first: Int, _ sums: UnsafeBufferPointer<Element>) -> Void
    ) {
        let imageSize = inputChannels * planes.channelSize
        let pixels = planes.window.input[0] * planes.window.input[1]
        guard images > 0, outputChannels > 0, planes.window.output[0] * planes.window.output[1] > 0 else { return }
        let imagesAtOnce = min(images, max(1, workingSet / max(1, imageSize * Element.elementType.byteCount)))
        // One element more, so that there is an address even where there is no input channel.
        let buffer = UnsafeMutablePointer<Element>.allocate(capacity: imagesAtOnce * imageSize + 1)
        defer { buffer.deallocate() }
        for firstImage in stride(from: 0, to: images, by: imagesAtOnce) {
            let count = min(imagesAtOnce, images - firstImage)
            HostThreads.forEach(count: count * inputChannels) { plane in
                planes.fill(
                    buffer + plane * planes.channelSize, from: input + (firstImage * inputChannels + plane) * pixels,
                    convert: convert)
            }
            HostThreads.forEach(count: count * outputChannels) { index in
                let (image, channel) = index.quotientAndRemainder(dividingBy: outputChannels)
                runChannel(
                    channel, start: starts[channel], image: buffer + image * imageSize,
                    outputPlane: firstImage * outputChannels + index, store: store)
            }
        }
    }

    private func runChannel(
        _ channel: Int, start: Element, image: UnsafePointer<Element>, outputPlane: Int,
        store: (_ channel: Int, _ first: Int, _ sums: UnsafeBufferPointer<Element>) -> Void
    ) {
        let (height, width) = (planes.window.output[0], planes.window.output[1])
        let pitch = planes.pitch
        let rowsAtOnce = min(height, max(1, chunk / pitch))
        let x = image + channel / (outputChannels / group) * (inputChannels / group) * planes.channelSize
        // Rows lie `pitch` apart; the sums between them belong to no output and are dropped.
        withUnsafeTemporaryAllocation(of: Element.self, capacity: (rowsAtOnce - 1) * pitch + width) { sums in
            guard let base = sums.baseAddress else { return }
            for firstRow in stride(from: 0, to: height, by: rowsAtOnce) {
                let rows = min(rowsAtOnce, height - firstRow)
                withUnsafePointer(to: start) { start in
                    offsets[channel / outputBlock].withUnsafeBufferPointer { offsets in
                        weights[channel].withUnsafeBufferPointer { weights in
                            accumulate(
                                base, start, x + firstRow * pitch, offsets, weights,
                                count: (rows - 1) * pitch + width)
                        }
                    }
                }
                let first = (outputPlane * height + firstRow) * width
                if pitch == width {
                    store(channel, first, UnsafeBufferPointer(start: base, count: rows * width))
                } else {
                    for row in 0..<rows {
                        store(
                            channel, first + row * width, UnsafeBufferPointer(start: base + row * pitch, count: width))
                    }
                }
            }
        }
    }

    private func accumulate(
        _ sums: UnsafeMutablePointer<Element>, _ start: UnsafePointer<Element>, _ x: UnsafePointer<Element>,
        _ offsets: UnsafeBufferPointer<Int>, _ weights: UnsafeBufferPointer<Element>, count: Int
    ) {
        guard let offsetBase = offsets.baseAddress, let weightBase = weights.baseAddress, !offsets.isEmpty else {
            sums.update(repeating: start.pointee, count: count)
            return
        }
        Element.accumulateTaps(
            into: sums, start: start, startStride: 0, x: x, offsets: offsetBase,
            weights: weightBase, tapCount: offsets.count, count: count)
    }
}
