import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

/// Every quantized operator equals the separate operators that it stands for, bit for bit.
@Suite struct QLinearTests {
    /// A random tensor of every byte's kind with its parameters.
    private struct Quantized {
        let tensor: Tensor
        let scale: Tensor
        let zeroPoint: Tensor

        init(_ shape: [Int], signed: Bool, _ random: inout SeededGenerator) {
            let bytes = (0..<shape.reduce(1, *)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let point = UInt8.random(in: 0...255, using: &random)
            scale = Tensor(scalar: Float.random(in: 0.001...0.1, using: &random))
            tensor = signed ? Tensor(bytes.map { Int8(bitPattern: $0) }, shape: shape) : Tensor(bytes, shape: shape)
            zeroPoint = signed ? Tensor(scalar: Int8(bitPattern: point)) : Tensor(scalar: point)
        }

        func real() throws -> Tensor {
            try SingleOperator("DequantizeLinear", opset: 13).result(tensor, scale, zeroPoint)
        }

        func quantize(_ real: Tensor) throws -> Tensor {
            try SingleOperator("QuantizeLinear", opset: 13).result(real, scale, zeroPoint)
        }
    }

    private func microsoft(_ type: String, _ attributes: [String: AttributeValue] = [:]) -> SingleOperator {
        SingleOperator(type, domain: "com.microsoft", opset: 1, attributes)
    }

    @Test(arguments: 1...20) func additionAndMultiplication(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let signed = seed % 2 == 0
        let shapes = [[[2, 3, 5], [2, 3, 5]], [[2, 3, 5], [3, 1]], [[1], [4, 4]], [[], [7]]][Int(seed) % 4]
        let a = Quantized(shapes[0], signed: signed, &random)
        let b = Quantized(shapes[1], signed: signed, &random)
        let c = Quantized([], signed: signed, &random)
        for (fused, single) in [("QLinearAdd", "Add"), ("QLinearMul", "Mul")] {
            let expected = try c.quantize(SingleOperator(single, opset: 14).result(a.real(), b.real()))
            let result = try microsoft(fused).result(
                a.tensor, a.scale, a.zeroPoint, b.tensor, b.scale, b.zeroPoint, c.scale, c.zeroPoint)
            #expect(result == expected, "\(fused), seed \(seed)")
        }
    }

    @Test(arguments: [false, true]) func functionsOfOneTensor(signed: Bool) throws {
        var random = SeededGenerator(seed: 11)
        let x = Quantized([4, 5, 50], signed: signed, &random)
        let y = Quantized([], signed: signed, &random)
        let cases: [(SingleOperator, SingleOperator)] = [
            (microsoft("QLinearSigmoid"), SingleOperator("Sigmoid", opset: 13)),
            (
                microsoft("QLinearLeakyRelu", ["alpha": .float(0.3)]),
                SingleOperator("LeakyRelu", opset: 16, ["alpha": .float(0.3)])
            ),
            (microsoft("QLinearSoftmax", ["opset": .int(13)]), SingleOperator("Softmax", opset: 13)),
            (
                microsoft("QLinearSoftmax", ["opset": .int(12), "axis": .int(1)]),
                SingleOperator("Softmax", opset: 12, ["axis": .int(1)])
            ),
        ]
        for (fused, single) in cases {
            let expected = try y.quantize(single.result(x.real()))
            let result = try fused.result(x.tensor, x.scale, x.zeroPoint, y.scale, y.zeroPoint)
            #expect(result == expected, "\(fused.type)")
        }
    }

    @Test(arguments: [false, true], [false, true]) func globalAverage(signed: Bool, channelsLast: Bool) throws {
        var random = SeededGenerator(seed: 12)
        let x = Quantized([2, 3, 4, 5], signed: signed, &random)
        let y = Quantized([], signed: signed, &random)
        let axes = Tensor(channelsLast ? [Int64(1), 2] : [Int64(2), 3])
        // A mean over axes adds in the same order as the pool.
        let expected = try y.quantize(SingleOperator("ReduceMean", opset: 18).result(x.real(), axes))
        let result = try microsoft("QLinearGlobalAveragePool", ["channels_last": .int(channelsLast ? 1 : 0)])
            .result(x.tensor, x.scale, x.zeroPoint, y.scale, y.zeroPoint)
        #expect(result == expected)
    }

    @Test(arguments: [false, true], [0, 1, 2, 3]) func windowedAverage(channelsLast: Bool, form: Int) throws {
        var random = SeededGenerator(seed: 14)
        let x = Quantized(channelsLast ? [2, 6, 7, 3] : [2, 3, 6, 7], signed: form % 2 == 0, &random)
        let y = Quantized([], signed: form % 2 == 0, &random)
        let countsPadding = form >= 2
        let pool = microsoft(
            "QLinearAveragePool",
            [
                "kernel_shape": .ints([3, 2]), "strides": .ints([2, 3]), "pads": .ints([1, 0, 2, 1]),
                "count_include_pad": .int(countsPadding ? 1 : 0), "channels_last": .int(channelsLast ? 1 : 0),
            ])
        // (6 + 3 - 3) / 2 + 1 and (7 + 1 - 2) / 3 + 1 outputs.
        let (height, width) = (4, 3)
        let reals = try x.real().elements(as: Float.self)
        func real(_ batch: Int, _ channel: Int, _ row: Int, _ column: Int) -> Float {
            reals[
                channelsLast
                    ? ((batch * 6 + row) * 7 + column) * 3 + channel : ((batch * 3 + channel) * 6 + row) * 7 + column]
        }
        var means = [Float](repeating: 0, count: 2 * 3 * height * width)
        for batch in 0..<2 {
            for channel in 0..<3 {
                for row in 0..<height {
                    for column in 0..<width {
                        var (sum, count): (Float, Float) = (0, 0)
                        for i in (row * 2 - 1)..<(row * 2 + 2) {
                            for j in (column * 3)..<(column * 3 + 2) {
                                let isInside = i >= 0 && i < 6 && j < 7
                                if isInside { sum += real(batch, channel, i, j) }
                                if isInside || countsPadding { count += 1 }
                            }
                        }
                        let place =
                            channelsLast
                            ? ((batch * height + row) * width + column) * 3 + channel
                            : ((batch * 3 + channel) * height + row) * width + column
                        means[place] = sum / count
                    }
                }
            }
        }
        let shape = channelsLast ? [2, height, width, 3] : [2, 3, height, width]
        let result = try pool.result(x.tensor, x.scale, x.zeroPoint, y.scale, y.zeroPoint)
        #expect(try result == y.quantize(Tensor(means, shape: shape)))
    }

    @Test func aWindowOfPaddingAloneIsRefused() {
        let bytes = Tensor([UInt8](repeating: 1, count: 4), shape: [1, 1, 4])
        let scale = Tensor(scalar: Float(0.5))
        func code(_ pads: [Int64]) -> HoneError.Code? {
            let pool = microsoft("QLinearAveragePool", ["kernel_shape": .ints([2]), "pads": .ints(pads)])
            return thrownCode { _ = try pool.result(bytes, scale, nil, scale) }
        }
        #expect(code([1, 1]) == nil)
        #expect(code([2, 0]) == .unsupported)
        #expect(code([0, 1 << 40]) == .invalidModel)
    }

    @Test(arguments: [0, 1, -1]) func concatenation(axis: Int) throws {
        var random = SeededGenerator(seed: 13)
        let first = Quantized([2, 3, 4], signed: false, &random)
        var shape = [2, 3, 4]
        let front = axis < 0 ? axis + 3 : axis
        shape[front] = 2
        let second = Quantized(shape, signed: false, &random)
        // The result has the first tensor's parameters, so that its elements stay as they are.
        let result = try microsoft("QLinearConcat", ["axis": .int(Int64(axis))]).result(
            first.scale, first.zeroPoint, first.tensor, first.scale, first.zeroPoint, second.tensor, second.scale,
            second.zeroPoint)
        shape[front] = first.tensor.shape[front] + 2
        #expect(result.shape == shape)
        let parts = [first.tensor, try first.quantize(second.real())].map { ($0.shape, $0.elements(as: UInt8.self)) }
        let joined = result.elements(as: UInt8.self)
        let strides = rowMajorStrides(shape)
        for place in joined.indices {
            var index = strides.indices.map { place / strides[$0] % shape[$0] }
            let part = index[front] < parts[0].0[front] ? 0 : 1
            if part == 1 { index[front] -= parts[0].0[front] }
            let source = zip(index, rowMajorStrides(parts[part].0)).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(joined[place] == parts[part].1[source])
        }
    }

    @Test func badOperandsAreRefused() {
        let bytes = Tensor([UInt8(1), 2])
        let scale = Tensor(scalar: Float(0.5))
        let point = Tensor(scalar: UInt8(0))
        let sigmoid = microsoft("QLinearSigmoid")
        #expect(thrownCode { _ = try sigmoid.result(bytes, scale, point, scale) } == nil)
        #expect(
            thrownCode { _ = try sigmoid.result(bytes, Tensor([1, 2] as [Float]), point, scale) } == .invalidModel)
        #expect(thrownCode { _ = try sigmoid.result(bytes, Tensor(scalar: Float(0)), point, scale) } == .invalidModel)
        #expect(thrownCode { _ = try sigmoid.result(bytes, scale, Tensor(scalar: Int8(0)), scale) } == .invalidModel)
        let concat = microsoft("QLinearConcat", ["axis": .int(0)])
        #expect(thrownCode { _ = try concat.result(scale, point, bytes, scale, point, bytes) } == .invalidModel)
        let matrix = Tensor([UInt8(1), 2], shape: [1, 2])
        #expect(
            thrownCode { _ = try concat.result(scale, point, bytes, scale, point, matrix, scale, point) }
                == .invalidModel)
    }
}
