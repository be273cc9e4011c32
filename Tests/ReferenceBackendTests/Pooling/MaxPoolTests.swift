import ModelGraph
import Tensors
import Testing

@Suite struct MaxPoolTests {
    @Test(arguments: 0..<60) func equalsTheLargestOfEachWindow(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let trial = PoolCase(using: &generator)
        let values = generator.integers(2 * trial.input.reduce(1, *), as: Int8.self)
        let outputs = try LinearTrial(
            type: "MaxPool", attributes: trial.attributes, inputs: [Tensor(values, shape: [1, 2] + trial.input)],
            outputNames: ["y", "indices"]
        ).run()
        var largest: [Int8] = []
        var places: [Int64] = []
        for plane in 0..<2 {
            let first = plane * trial.input.reduce(1, *)
            for window in trial.windows {
                var best: Int?
                for place in window.places where best.map({ values[first + place] > values[first + $0] }) ?? true {
                    best = place
                }
                largest.append(values[first + (best ?? 0)])
                places.append(Int64(first + (best ?? 0)))
            }
        }
        #expect(outputs[0] == Tensor(largest, shape: [1, 2] + trial.output), "seed \(seed): \(trial)")
        #expect(outputs[1] == Tensor(places, shape: [1, 2] + trial.output), "seed \(seed): \(trial)")
    }

    @Test func storageOrderTurnsIndicesNotValues() throws {
        let x = Tensor([1, 2, 9, 4, 8, 6] as [Float], shape: [1, 1, 2, 3])
        let outputs = try LinearTrial(
            type: "MaxPool", attributes: ["kernel_shape": .ints([1, 3]), "storage_order": .int(1)], inputs: [x],
            outputNames: ["y", "indices"]
        ).run()
        #expect(outputs[0].floats() == [9, 8])
        #expect(outputs[1].integers() == [4, 3])
    }

    @Test func aLastWindowThatStartsInTheEndPaddingIsDropped() throws {
        let x = Tensor([1, 2] as [Float], shape: [1, 1, 2])
        func run(_ pads: [Int64], ceil: Int64) throws -> [Float] {
            try LinearTrial(
                type: "MaxPool",
                attributes: [
                    "kernel_shape": .ints([2]), "strides": .ints([3]), "pads": .ints(pads), "ceil_mode": .int(ceil),
                ], inputs: [x]
            ).run()[0].floats()
        }
        // Padded to 1 + 2 + 1: windows at -1 and 2; the second one holds padding only.
        #expect(try run([1, 1], ceil: 1) == [1])
        #expect(try run([0, 0], ceil: 0) == [2])
    }

    @Test func aNaNIsNeverTheLargest() throws {
        let x = Tensor([.nan, 1, .nan, 0] as [Float], shape: [1, 1, 4])
        let y = try LinearTrial(type: "MaxPool", attributes: ["kernel_shape": .ints([2])], inputs: [x]).run()[0]
        #expect(y.floats() == [1, 1, 0])
    }

    @Test func contradictionsAreErrors() {
        let x = Tensor(zeros: TensorType(.float32, [1, 1, 4, 4]))
        func code(_ attributes: [String: AttributeValue], opset: Int = 21) -> HoneError.Code? {
            LinearTrial(type: "MaxPool", opset: opset, attributes: attributes, inputs: [x]).failure()
        }
        #expect(code(["kernel_shape": .ints([2, 2])]) == nil)
        #expect(code([:]) == .invalidModel)
        #expect(code(["kernel_shape": .ints([2])]) == .invalidModel)
        #expect(code(["kernel_shape": .ints([0, 2])]) == .invalidModel)
        #expect(code(["kernel_shape": .ints([5, 5])]) == .invalidModel)
        #expect(code(["kernel_shape": .ints([1, 1]), "pads": .ints([1, 1, 1, 1])]) == .unsupported)
        #expect(code(["kernel_shape": .ints([2, 2]), "dilations": .ints([1, 1])], opset: 9) == .unsupported)
    }

    /// The kernel reaches far into pads; only the three taps that read the input may cost time.
    @Test(.timeLimit(.minutes(1)), arguments: ["MaxPool", "AveragePool"])
    func aKernelFarLargerThanTheInputReadsTheInputAlone(type: String) throws {
        let side = Int64(Int32.max)
        let values: [Float] = [1, 5, 2, 0, 4, 6]
        let outputs = try LinearTrial(
            type: type,
            attributes: ["kernel_shape": .ints([side, side]), "pads": .ints([side - 2, side - 2, 1, 1])],
            inputs: [Tensor(values, shape: [1, 1, 2, 3])], outputNames: ["y"]
        ).run()
        // Every window holds both rows; the first of a row ends before the last column.
        let ends = type == "MaxPool" ? [5, 6, 6, 5, 6, 6] as [Float] : [2.5, 3, 3, 2.5, 3, 3]
        #expect(outputs[0] == Tensor(ends, shape: [1, 1, 2, 3]))
    }
}
