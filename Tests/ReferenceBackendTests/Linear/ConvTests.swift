import ModelGraph
import Tensors
import Testing

@Suite struct ConvTests {
    @Test(arguments: 0..<60) func equalsOneChainInListOrder(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let trial = ConvolutionCase(using: &generator)
        let x = Tensor.random(trial.inputShape, using: &generator)
        let w = Tensor.random(trial.weightShape, using: &generator)
        let b = seed % 2 == 0 ? Tensor.random([trial.outputs], using: &generator) : nil
        let y = try LinearTrial(type: "Conv", attributes: trial.attributes, inputs: [x, w, b]).run()[0]
        let expected = trial.sums(
            x.floats(), w.floats(), starts: b?.floats() ?? Array(repeating: 0, count: trial.outputs), zero: 0
        ) { acc, x, w in acc.addingProduct(x, w) }
        #expect(y == Tensor(expected, shape: trial.outputShape), "seed \(seed): \(trial)")
    }

    @Test func manyRowsAndManyImagesAreSplitWithoutSeams() throws {
        var generator = SeededFloats(seed: 7)
        var trial = ConvolutionCase(using: &generator)
        // Above the kernel's chunk of pixels and its working set of images.
        (trial.images, trial.channels, trial.outputs, trial.group) = (3, 20, 2, 1)
        (trial.input, trial.kernel, trial.strides, trial.dilations) = ([70, 300], [3, 3], [1, 2], [1, 1])
        trial.pads = [1, 1, 1, 1]
        let x = Tensor.random(trial.inputShape, using: &generator)
        let w = Tensor.random(trial.weightShape, using: &generator)
        let y = try LinearTrial(type: "Conv", attributes: trial.attributes, inputs: [x, w]).run()[0]
        let expected = trial.sums(x.floats(), w.floats(), starts: [0, 0], zero: 0) { $0.addingProduct($1, $2) }
        #expect(y == Tensor(expected, shape: trial.outputShape))
    }

    @Test func autoPadPutsTheOddPadWhereItSays() throws {
        let x = Tensor([1, 2, 3, 4] as [Float], shape: [1, 1, 4])
        let w = Tensor([1, 10] as [Float], shape: [1, 1, 2])
        func run(_ autoPad: String) throws -> [Float] {
            try LinearTrial(type: "Conv", attributes: ["auto_pad": .string(autoPad)], inputs: [x, w]).run()[0].floats()
        }
        #expect(try run("SAME_UPPER") == [21, 32, 43, 4])
        #expect(try run("SAME_LOWER") == [10, 21, 32, 43])
        #expect(try run("VALID") == [21, 32, 43])
        #expect(try run("NOTSET") == [21, 32, 43])
    }

    @Test func contradictionsAreErrors() {
        let x = Tensor(zeros: TensorType(.float32, [1, 4, 5, 5]))
        let w = Tensor(zeros: TensorType(.float32, [2, 4, 3, 3]))
        func code(_ attributes: [String: AttributeValue], _ inputs: [Tensor?]) -> HoneError.Code? {
            LinearTrial(type: "Conv", attributes: attributes, inputs: inputs).failure()
        }
        #expect(code([:], [x, w]) == nil)
        #expect(code(["kernel_shape": .ints([3, 2])], [x, w]) == .invalidModel)
        #expect(code(["strides": .ints([0, 1])], [x, w]) == .invalidModel)
        #expect(code(["strides": .ints([1])], [x, w]) == .invalidModel)
        #expect(code(["pads": .ints([-1, 0, 0, 0])], [x, w]) == .invalidModel)
        #expect(code(["pads": .ints([0, 0, 0])], [x, w]) == .invalidModel)
        #expect(code(["dilations": .ints([.max, .max])], [x, w]) == .invalidModel)
        #expect(code(["dilations": .ints([3, 3])], [x, w]) == .invalidModel)
        #expect(code(["group": .int(3)], [x, w]) == .invalidModel)
        #expect(code(["group": .int(0)], [x, w]) == .invalidModel)
        #expect(code([:], [x, w, Tensor([1] as [Float])]) == .invalidModel)
        #expect(code([:], [x, Tensor(zeros: TensorType(.float16, [2, 4, 3, 3]))]) == .invalidModel)
        #expect(code([:], [x, Tensor(zeros: TensorType(.float32, [2, 4, 0, 3]))]) == .invalidModel)
        #expect(code(["auto_pad": .string("SAME")], [x, w]) == .unsupported)
        #expect(code(["surprise": .int(1)], [x, w]) == .unsupported)
        let volume = Tensor(zeros: TensorType(.float32, [1, 4, 5, 5, 5]))
        #expect(code([:], [volume, Tensor(zeros: TensorType(.float32, [2, 4, 3, 3, 3]))]) == .unsupported)
    }

    @Test func hugePadsWithHugeDilationsAreRefusedNotAllocated() {
        let huge = Int64(1) << 30
        let trial = LinearTrial(
            type: "Conv", attributes: ["dilations": .ints([huge, huge]), "pads": .ints([huge, huge, huge, huge])],
            inputs: [
                Tensor(zeros: TensorType(.float32, [1, 1, 2, 2])), Tensor(zeros: TensorType(.float32, [1, 1, 2, 2])),
            ])
        #expect(trial.failure() != nil)
    }
}
