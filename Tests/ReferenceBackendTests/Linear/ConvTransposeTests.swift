import ModelGraph
import Tensors
import Testing

@Suite struct ConvTransposeTests {
    /// Each output is one chain over input channels in blocks of 16, kernel rows and kernel columns that reach it.
    @Test(arguments: 0..<60) func equalsOneChainInListOrder(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        func pair(_ range: ClosedRange<Int>) -> [Int] { [generator.integer(range), generator.integer(range)] }
        let (kernel, strides, dilations, extra) = (pair(1...3), pair(1...3), pair(1...2), pair(0...1))
        let (input, begin, end) = (pair(2...5), pair(0...1), pair(0...1))
        let group = [1, 2][generator.integer(0...1)]
        let (perGroup, outputsPerGroup) = ([1, 3, 18][generator.integer(0...2)], generator.integer(1...3))
        let output: [Int] = [0, 1].map { (d: Int) -> Int in
            let extent = (kernel[d] - 1) * dilations[d] + 1
            return (input[d] - 1) * strides[d] + extent + extra[d] - begin[d] - end[d]
        }
        guard output[0] > 0, output[1] > 0 else { return }
        let x = Tensor.random([2, group * perGroup] + input, using: &generator)
        let w = Tensor.random([group * perGroup, outputsPerGroup] + kernel, using: &generator)
        let bias = seed % 2 == 0 ? Tensor.random([group * outputsPerGroup], using: &generator) : nil
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        let y = try LinearTrial(
            type: "ConvTranspose",
            attributes: [
                "group": .int(Int64(group)), "strides": ints(strides), "dilations": ints(dilations),
                "pads": ints(begin + end), "output_padding": ints(extra),
            ], inputs: [x, w, bias]
        ).run()[0]
        let (pixels, weights, starts) = (x.floats(), w.floats(), bias?.floats())
        var expected: [Float] = []
        for n in 0..<2 {
            for m in 0..<group * outputsPerGroup {
                let (block, member) = m.quotientAndRemainder(dividingBy: outputsPerGroup)
                for place in 0..<output[0] * output[1] {
                    let reached = [place / output[1] + begin[0], place % output[1] + begin[1]]
                    var acc = starts?[m] ?? 0
                    for first in stride(from: 0, to: perGroup, by: 16) {
                        for tap in 0..<kernel[0] * kernel[1] {
                            let from = [
                                reached[0] - tap / kernel[1] * dilations[0],
                                reached[1] - tap % kernel[1] * dilations[1],
                            ]
                            let isInside = [0, 1].allSatisfy { (d: Int) -> Bool in
                                from[d] >= 0 && from[d] % strides[d] == 0 && from[d] / strides[d] < input[d]
                            }
                            guard isInside else { continue }
                            for channel in first..<min(first + 16, perGroup) {
                                let c = block * perGroup + channel
                                let row = (n * group * perGroup + c) * input[0] + from[0] / strides[0]
                                acc.addProduct(
                                    weights[(c * outputsPerGroup + member) * kernel[0] * kernel[1] + tap],
                                    pixels[row * input[1] + from[1] / strides[1]])
                            }
                        }
                    }
                    expected.append(acc)
                }
            }
        }
        #expect(y == Tensor(expected, shape: [2, group * outputsPerGroup] + output), "seed \(seed)")
    }

    @Test func outputShapeAndAutoPadDecideThePads() throws {
        let x = Tensor([1, 10] as [Float], shape: [1, 1, 2])
        let w = Tensor([1, 2, 3] as [Float], shape: [1, 1, 3])
        func run(_ attributes: [String: AttributeValue]) throws -> [Float] {
            try LinearTrial(type: "ConvTranspose", attributes: attributes, inputs: [x, w]).run()[0].floats()
        }
        #expect(try run(["strides": .ints([2])]) == [1, 2, 13, 20, 30])
        #expect(try run(["strides": .ints([2]), "output_shape": .ints([4])]) == [2, 13, 20, 30])
        #expect(
            try run(["strides": .ints([2]), "output_shape": .ints([4]), "auto_pad": .string("SAME_UPPER")])
                == [1, 2, 13, 20])
        #expect(try run(["strides": .ints([2]), "auto_pad": .string("SAME_LOWER")]) == [2, 13, 20, 30])
        #expect(try run(["strides": .ints([2]), "output_padding": .ints([1])]) == [1, 2, 13, 20, 30, 0])
    }

    @Test func contradictionsAreErrors() {
        let x = Tensor(zeros: TensorType(.float32, [1, 4, 5, 5]))
        let w = Tensor(zeros: TensorType(.float32, [4, 2, 3, 3]))
        func code(_ attributes: [String: AttributeValue], _ inputs: [Tensor?]) -> HoneError.Code? {
            LinearTrial(type: "ConvTranspose", attributes: attributes, inputs: inputs).failure()
        }
        #expect(code([:], [x, w]) == nil)
        #expect(code(["pads": .ints([9, 9, 9, 9])], [x, w]) == .invalidModel)
        #expect(code(["output_padding": .ints([-1, 0])], [x, w]) == .invalidModel)
        #expect(code(["output_shape": .ints([5])], [x, w]) == .invalidModel)
        #expect(code(["group": .int(3)], [x, w]) == .invalidModel)
        #expect(code([:], [x, w, Tensor([0] as [Float])]) == .invalidModel)
        let huge = Int64(Int32.max)
        #expect(code(["strides": .ints([huge, huge]), "dilations": .ints([huge, huge])], [x, w]) == .invalidModel)
    }
}
