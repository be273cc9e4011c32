import Lowering
import ModelGraph
import Runtime
import Tensors

/// A transposed convolution of floats as `stride * stride` ordinary ones, phases, whose outputs interleave.
///
/// Output `u - padBegin` receives input `i` through tap `k` where `u == i * stride + k * dilation`. Outputs whose `u` has the
/// same remainder by the stride share their taps, and read the input at a fixed distance from `u / stride`. All taps of a phase
/// take part, zero weights and padding too.
struct TransposedConvolution {
    /// Rows and columns.
    private let window: SlidingWindow
    private let weights: Tensor
    private let bias: Tensor?
    private let group: Int
    private let channels: Int
    private let outputs: Int

    /// More launches than this are left to the definition.
    private static let largestPhaseCount = 64

    /// - Returns: nil where the definition must run.
    init?(_ convolution: ConvTranspose, _ step: StepOperands) {
        guard let x = step.input(0), let y = step.output(0), let w = step.input(1), let weights = w.constant,
            x.type.elementType == .float32, weights.elementType == .float32, x.type.suitsKernels, y.type.suitsKernels,
            weights.type.suitsKernels,
            let window = try? convolution.resolvedWindow(input: x.type.shape, weight: w.type.shape)
        else { return nil }
        if let bias = step.input(2) {
            guard let constant = bias.constant else { return nil }
            self.bias = constant
        } else {
            bias = nil
        }
        self.window = window.overRowsAndColumns
        self.weights = weights
        (group, channels, outputs) = (convolution.group, x.type.shape[1], y.type.shape[1])
        guard isDepthwise || group == 1 || (outputs / group) % 16 == 0 else { return nil }
        let phases = [0, 1].reduce(1.0) { $0 * Double(min(self.window.strides[$1], self.window.output[$1])) }
        let reach = [0, 1].reduce(Double(channels + 16)) { $0 * Double(last($1) - first($1) + 1) }
        guard phases <= Double(TransposedConvolution.largestPhaseCount), reach < 0x1p28 else { return nil }
    }

    private var isDepthwise: Bool { group > 1 && group == channels && outputs == channels }

    /// The first and the last input coordinate that a tap reads.
    private func first(_ dimension: Int) -> Int {
        window.padsBegin[dimension] / window.strides[dimension] - (window.extent(dimension) - 1)
            / window.strides[dimension]
    }

    private func last(_ dimension: Int) -> Int {
        (window.padsBegin[dimension] + window.output[dimension] - 1) / window.strides[dimension]
    }

    var arrangements: [Arrangement] {
        let halo = Halo(
            top: max(0, -first(0)), left: max(0, -first(1)), bottom: max(0, last(0) - window.input[0] + 1),
            right: max(0, last(1) - window.input[1] + 1))
        return [Arrangement(inputs: [0: .blocked(halo)], outputs: [0: .blocked()])]
    }

    /// A launch for each phase, weights packed.
    ///
    /// - Throws: `.unsupported` if a distance does not fit 32 bits; `.outOfMemory`.
    func launches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        var launches: [KernelLaunch] = []
        for row in remainders(0) {
            for column in remainders(1) { launches += try phase(row, column, step, maker) }
        }
        return launches
    }

    private func phase(
        _ row: Int, _ column: Int, _ step: StepOperands, _ maker: LaunchMaker
    ) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let from = x.blocked, let to = y.blocked else {
            preconditionFailure("a transposed convolution's operands lie blocked")
        }
        let (rows, columns) = (quotients(0, remainder: row), quotients(1, remainder: column))
        let floats = (row: from.rowBytes / 4, pixel: from.pixelBytes / 4)
        let (steps, packed) = lists(row, column, from)
        var places = ElementDistances(to)
        let pixel = to.pixelBytes / 4
        places.origin += (rows.lowerBound * window.strides[0] + row - window.padsBegin[0]) * places.row
        places.origin += (columns.lowerBound * window.strides[1] + column - window.padsBegin[1]) * pixel
        places.row *= window.strides[0]
        let tile =
            isDepthwise
            ? .depthwise
            : ConvF32BlockTile.chosen(
                pixels: to.images * rows.count * columns.count, groups: to.groups, on: maker.device)
        let problem = ConvF32BlockProblem(
            steps: steps, isDepthwise: isDepthwise, tile: tile, input: x,
            inputShape: from,
            inputOrigin: from.originBytes / 4 + rows.lowerBound * floats.row + columns.lowerBound * floats.pixel,
            inputPixel: floats.pixel, inputRow: floats.row, output: y, outputPlaces: places,
            outputPixel: window.strides[1] * pixel, rows: rows.count, columns: columns.count, channels: outputs,
            bias: bias?.elements(as: Float.self) ?? [])
        return try packed.withUnsafeBufferPointer { weights in
            Result { () throws(HoneError) in try problem.launches(weights: weights, maker) }
        }.get()
    }

    /// The taps of a phase and their weights, in the order of `Conv`.
    private func lists(_ row: Int, _ column: Int, _ shape: BlockedShape) -> (steps: FloatSteps, weights: [Float]) {
        let kernel = kernelPlaces(row, column)
        let floats = (group: shape.groupBytes / 4, row: shape.rowBytes / 4, pixel: shape.pixelBytes / 4)
        let (perGroup, outputsPerGroup) = (channels / group, outputs / group)
        let kernelSize = window.kernel[0] * window.kernel[1]
        let values = weights.elements(as: Float.self)
        var steps = FloatSteps()
        var packed: [Float] = []
        for block in stride(from: 0, to: outputs, by: 16) {
            let lanes = block..<min(block + 16, outputs)
            let (firstStep, firstWeight) = (steps.stepCount, packed.count / 16)
            let members = isDepthwise ? block..<block + 1 : inputs(of: block / outputsPerGroup, perGroup)
            for first in stride(from: members.lowerBound, to: members.upperBound, by: 16) {
                for place in kernel {
                    // Channels of a group of the convolution may begin within 16, and go on in the next.
                    let back = place.rows * floats.row + place.columns * floats.pixel
                    let some = first..<min(first + 16, members.upperBound)
                    for channel in some where isDepthwise || channel == some.lowerBound || channel % 16 == 0 {
                        let end = min(some.upperBound, (channel / 16 + 1) * 16)
                        let offset = Int32(channel / 16 * floats.group + channel % 16 - back)
                        if isDepthwise {
                            steps.append(offset: offset)
                        } else {
                            steps.append(channels: channel..<end, offset: offset)
                        }
                    }
                    for channel in some {
                        let row = lanes.map { output in
                            let source = isDepthwise ? output : channel
                            let member = isDepthwise ? 0 : output % outputsPerGroup
                            return values[(source * outputsPerGroup + member) * kernelSize + place.index]
                        }
                        packed += row + [Float](repeating: 0, count: 16 - row.count)
                    }
                }
            }
            steps.appendList(
                firstStep..<steps.stepCount, firstWeight: firstWeight, groups: block / 16..<block / 16 + 1)
        }
        steps.finish()
        return (steps, packed.isEmpty ? [0] : packed)
    }

    private func inputs(of group: Int, _ count: Int) -> Range<Int> { group * count..<(group + 1) * count }

    /// The kernel's places that reach outputs of these remainders: their number, and how many rows and columns back they read.
    private func kernelPlaces(_ row: Int, _ column: Int) -> [(index: Int, rows: Int, columns: Int)] {
        var places: [(index: Int, rows: Int, columns: Int)] = []
        for kernelRow in 0..<window.kernel[0] {
            let down = kernelRow * window.dilations[0]
            guard down % window.strides[0] == row else { continue }
            for kernelColumn in 0..<window.kernel[1] {
                let right = kernelColumn * window.dilations[1]
                guard right % window.strides[1] == column else { continue }
                places.append(
                    (
                        kernelRow * window.kernel[1] + kernelColumn, down / window.strides[0],
                        right / window.strides[1]
                    ))
            }
        }
        return places
    }

    /// The remainders that some output has.
    private func remainders(_ dimension: Int) -> [Int] {
        let stride = window.strides[dimension]
        return (0..<min(stride, window.output[dimension])).map { (window.padsBegin[dimension] + $0) % stride }
    }

    /// The quotients `u / stride` of the outputs of a remainder.
    private func quotients(_ dimension: Int, remainder: Int) -> Range<Int> {
        let (stride, begin) = (window.strides[dimension], window.padsBegin[dimension])
        let end = begin + window.output[dimension]
        return (begin - remainder + stride - 1) / stride..<(end - remainder + stride - 1) / stride
    }
}

extension SlidingWindow {
    /// A window over one dimension as one over a single row.
    fileprivate var overRowsAndColumns: SlidingWindow {
        guard input.count == 1 else { return self }
        return SlidingWindow(
            kernel: [1] + kernel, strides: [1] + strides, dilations: [1] + dilations, padsBegin: [0] + padsBegin,
            padsEnd: [0] + padsEnd, input: [1] + input, output: [1] + output)
    }
}
