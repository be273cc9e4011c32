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

    @Test func tapsThatAreZeroForSixteenAlignedOutputsTakeNoPart() throws {
        // 18 outputs: a block of 16 and one of 2. Tap 1 reads the infinity; its only weight is output 16's.
        let x = Tensor([2, .infinity, 3] as [Float], shape: [1, 3, 1])
        var weights = [Float](repeating: 1, count: 18 * 3)
        for output in 0..<18 { weights[output * 3 + 1] = output % 2 == 0 ? 0 : -0.0 }
        weights[16 * 3 + 1] = 4
        func run() throws -> [Float] {
            try LinearTrial(type: "Conv", attributes: [:], inputs: [x, Tensor(weights, shape: [18, 3, 1])]).run()[0]
                .floats()
        }
        let y = try run()
        #expect(y[0..<16].allSatisfy { $0 == 5 })
        #expect(y[16] == .infinity)
        #expect(y[17].isNaN, "a zero weight beside one that is not takes part")
        weights[16 * 3 + 1] = 0
        #expect(try run()[17] == 5)
        weights[1] = .nan
        #expect(try run()[15].isNaN)
    }

    @Test func droppedTapsLeaveTheBiasAsItIs() throws {
        // 0 * 1 + -0 would be +0. Two groups: their outputs share the block of 16 and its tap.
        let x = Tensor([1, .infinity] as [Float], shape: [1, 2, 1])
        let bias = Tensor([-0.0, -0.0] as [Float])
        func run(_ weights: [Float]) throws -> [UInt32] {
            try LinearTrial(
                type: "Conv", attributes: ["group": .int(2)], inputs: [x, Tensor(weights, shape: [2, 1, 1]), bias]
            ).run()[0].floats().map(\.bitPattern)
        }
        #expect(try run([0, -0.0]) == [Float(-0.0).bitPattern, Float(-0.0).bitPattern])
        let mixed = try run([1, 0]).map { Float(bitPattern: $0) }
        #expect(mixed[0] == 1 && mixed[1].isNaN)
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
