import ModelGraph
import Tensors

/// A convolution in so many words: the oracle that kernels are compared with, bit for bit.
struct ConvolutionCase {
    var images = 1
    var channels = 1
    var outputs = 1
    var group = 1
    var input: [Int]
    var kernel: [Int]
    var strides: [Int]
    var dilations: [Int]
    /// Beginnings, then ends.
    var pads: [Int]

    /// A case of one or two spatial dimensions whose kernel fits.
    init(using generator: inout SeededFloats) {
        let rank = generator.integer(1...2)
        func list(_ range: ClosedRange<Int>, _ count: Int) -> [Int] {
            (0..<count).map { _ in generator.integer(range) }
        }
        group = [1, 1, 2, 3][generator.integer(0...3)]
        images = generator.integer(1...3)
        channels = group * [1, 2, 5, 17, 33][generator.integer(0...4)]
        outputs = group * generator.integer(1...3)
        kernel = list(1...3, rank)
        strides = list(1...3, rank)
        dilations = list(1...2, rank)
        pads = list(0...3, 2 * rank)
        input = list(1...9, rank)
        for dimension in 0..<rank {
            let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
            input[dimension] = max(
                input[dimension], extent - pads[dimension] - pads[rank + dimension], 1)
        }
    }

    var attributes: [String: AttributeValue] {
        [
            "group": .int(Int64(group)), "strides": .ints(strides.map { Int64($0) }),
            "dilations": .ints(dilations.map { Int64($0) }), "pads": .ints(pads.map { Int64($0) }),
        ]
    }

    var inputShape: [Int] { [images, channels] + input }
    var weightShape: [Int] { [outputs, channels / group] + kernel }
    var outputShape: [Int] {
        [images, outputs]
            + input.indices.map { dimension in
                let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
                return (input[dimension] + pads[dimension] + pads[input.count + dimension] - extent)
                    / strides[dimension] + 1
            }
    }

    /// Every output: starts from `starts[m]`, takes `step(acc, x, w)` for every tap in list order, the padding's as `zero`.
    func sums<T>(_ x: [T], _ w: [T], starts: [T], zero: T, step: (T, T, T) -> T) -> [T] {
        let shape = outputShape
        let one = input.count == 1
        let (height, width) = one ? (1, input[0]) : (input[0], input[1])
        let (rows, columns) = one ? (1, kernel[0]) : (kernel[0], kernel[1])
        let (outHeight, outWidth) = one ? (1, shape[2]) : (shape[2], shape[3])
        let (strideY, dilationY, padY) = one ? (1, 1, 0) : (strides[0], dilations[0], pads[0])
        let (strideX, dilationX, padX) = (strides[input.count - 1], dilations[input.count - 1], pads[input.count - 1])
        let perGroup = channels / group
        var result: [T] = []
        for n in 0..<images {
            for m in 0..<outputs {
                let firstChannel = m / (outputs / group) * perGroup
                for oy in 0..<outHeight {
                    for ox in 0..<outWidth {
                        var acc = starts[m]
                        for block in stride(from: 0, to: perGroup, by: 16) {
                            for ky in 0..<rows {
                                for kx in 0..<columns {
                                    for c in block..<min(block + 16, perGroup) {
                                        let iy = oy * strideY + ky * dilationY - padY
                                        let ix = ox * strideX + kx * dilationX - padX
                                        let inside = iy >= 0 && iy < height && ix >= 0 && ix < width
                                        let place = ((n * channels + firstChannel + c) * height + iy) * width + ix
                                        let weight = w[((m * perGroup + c) * rows + ky) * columns + kx]
                                        acc = step(acc, inside ? x[place] : zero, weight)
                                    }
                                }
                            }
                        }
                        result.append(acc)
                    }
                }
            }
        }
        return result
    }
}
