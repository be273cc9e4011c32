import ModelGraph
import Runtime
import Tensors

/// The rows that a layer multiplies its weights with: for a convolution, the inputs under the kernel at some of its output
/// positions (im2col); for a product of matrices, rows of its first operand.
///
/// Weights are seen as `groups` matrices of `outputsPerGroup` x `columns`.
struct LayerRows {
    /// What multiplies the weights.
    private enum Form {
        case convolution(Conv)
        case product
    }

    let groups: Int
    /// Inputs of one output.
    let columns: Int
    let outputsPerGroup: Int
    private let form: Form
    private let weightShape: [Int]
    /// Position of element (group 0, output 0, column 0) on: distances between outputs and between columns.
    private let outputStride: Int
    private let columnStride: Int

    /// How many output positions of one sample count, at most.
    let positionLimit: Int

    /// How many are enough to round weights.
    static let positionsPerSample = 64

    /// Nil for layers whose rows are not taken: transposed convolutions and stacks of matrices.
    init?(_ layer: WeightedLayer, in graph: Graph, positionLimit: Int = LayerRows.positionsPerSample) {
        self.positionLimit = positionLimit
        let shape = layer.weights.shape
        weightShape = shape
        switch layer.node.operatorType {
        case "Conv":
            guard let conv = (try? graph.decode(layer.node)) as? Conv else { return nil }
            form = .convolution(conv)
            groups = conv.group
            columns = shape[1...].reduce(1, *)
            outputsPerGroup = shape[0] / conv.group
            (outputStride, columnStride) = (columns, 1)
        case "Gemm", "MatMul":
            guard shape.count == 2 else { return nil }
            form = .product
            groups = 1
            let isTransposed = layer.node.operatorType == "Gemm" && layer.node.intAttribute("transB", default: 0) != 0
            columns = isTransposed ? shape[1] : shape[0]
            outputsPerGroup = isTransposed ? shape[0] : shape[1]
            (outputStride, columnStride) = isTransposed ? (columns, 1) : (1, outputsPerGroup)
        default: return nil
        }
    }

    /// Whether a result has its channels right after the samples, and positions after them.
    var areOutputsSecond: Bool { if case .convolution = form { true } else { false } }

    /// The position of a weight in its tensor.
    func weightIndex(group: Int, output: Int, column: Int) -> Int {
        (group * outputsPerGroup + output) * outputStride + column * columnStride
    }

    /// The rows of one sample: `body` gets, for each group, a matrix of `count` rows, `stride` floats apart.
    ///
    /// Where a sample has more than `positionLimit` positions, that many are drawn by a Weyl sequence of the golden
    /// ratio, which neither repeats columns nor depends on anything but the sample's number.
    /// - Parameters:
    ///   - view: the layer's input, a batch of `samples`.
    ///   - sample: the one to take.
    ///   - number: its number in the data.
    func forEachGroup(
        _ view: TensorView, sample: Int, of samples: Int, number: Int, stride: Int,
        _ body: (_ group: Int, _ rows: UnsafeMutablePointer<Float>, _ count: Int) -> Void
    ) throws(HoneError) {
        let elements = view.elements(as: Float.self)
        switch form {
        case .product:
            let rows = elements.count / max(columns, 1) / samples
            let chosen = LayerRows.positions(rows, number: number, limit: positionLimit)
            var buffer = [Float](repeating: 0, count: max(chosen.count, 1) * stride)
            for (row, position) in chosen.enumerated() {
                let start = (sample * rows + position) * columns
                for column in 0..<columns { buffer[row * stride + column] = elements[start + column] }
            }
            buffer.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { body(0, base, chosen.count) }
            }
        case .convolution(let conv):
            let window = try conv.resolvedWindow(input: view.shape, weight: weightShape)
            let chosen = LayerRows.positions(
                window.output.reduce(1, *), number: number, limit: positionLimit)
            var buffer = [Float](repeating: 0, count: max(chosen.count, 1) * stride)
            let plane = window.input.reduce(1, *)
            let channels = weightShape[1]
            for group in 0..<groups {
                let first = (sample * view.shape[1] + group * channels) * plane
                buffer.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    for (row, position) in chosen.enumerated() {
                        LayerRows.fill(base + row * stride, elements, first, channels, plane, window, position)
                    }
                    body(group, base, chosen.count)
                }
            }
        }
    }

    /// The inputs under the kernel at one output position, channel by channel; padding is zero.
    private static func fill(
        _ row: UnsafeMutablePointer<Float>, _ elements: UnsafeBufferPointer<Float>, _ first: Int, _ channels: Int,
        _ plane: Int, _ window: SlidingWindow, _ position: Int
    ) {
        let isFlat = window.kernel.count == 1
        let (kernelHeight, kernelWidth) = isFlat ? (1, window.kernel[0]) : (window.kernel[0], window.kernel[1])
        let width = isFlat ? window.input[0] : window.input[1]
        let height = isFlat ? 1 : window.input[0]
        let last = window.kernel.count - 1
        let (outputY, outputX) = isFlat ? (0, position) : position.quotientAndRemainder(dividingBy: window.output[1])
        let top = isFlat ? 0 : outputY * window.strides[0] - window.padsBegin[0]
        let left = outputX * window.strides[last] - window.padsBegin[last]
        var column = 0
        for channel in 0..<channels {
            let start = first + channel * plane
            for ky in 0..<kernelHeight {
                let y = top + (isFlat ? 0 : ky * window.dilations[0])
                for kx in 0..<kernelWidth {
                    let x = left + kx * window.dilations[last]
                    let isInside = y >= 0 && y < height && x >= 0 && x < width
                    row[column] = isInside ? elements[start + y * width + x] : 0
                    column += 1
                }
            }
        }
    }

    /// Which of `count` positions count for a sample.
    static func positions(_ count: Int, number: Int, limit: Int = positionsPerSample) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        return (0..<limit).map { index in
            let step = UInt64(truncatingIfNeeded: number &* limit &+ index &+ 1)
            let fraction = step &* 0x9E37_79B9_7F4A_7C15
            return Int(fraction.multipliedFullWidth(by: UInt64(count)).high)
        }
    }
}
