import ModelGraph
import Tensors
import Testing

@Suite struct AveragePoolTests {
    @Test(arguments: 0..<60) func equalsTheMeanOfEachWindow(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let trial = PoolCase(using: &generator)
        let x = Tensor.random([1, 2] + trial.input, using: &generator)
        let countsPadding = seed % 2 == 0
        var attributes = trial.attributes
        attributes["count_include_pad"] = .int(countsPadding ? 1 : 0)
        let y = try LinearTrial(type: "AveragePool", attributes: attributes, inputs: [x]).run()[0]
        let values = x.floats()
        var expected: [Float] = []
        for plane in 0..<2 {
            let first = plane * trial.input.reduce(1, *)
            for window in trial.windows {
                let sum = window.places.reduce(Float(0)) { $0 + values[first + $1] }
                expected.append(sum / Float(countsPadding ? window.paddedCount : window.places.count))
            }
        }
        #expect(y == Tensor(expected, shape: [1, 2] + trial.output), "seed \(seed): \(trial)")
    }

    @Test func opsetsBefore19HaveNoDilations() {
        func code(opset: Int) -> HoneError.Code? {
            LinearTrial(
                type: "AveragePool", opset: opset, attributes: ["kernel_shape": .ints([2]), "dilations": .ints([2])],
                inputs: [Tensor(zeros: TensorType(.float32, [1, 1, 5]))]
            ).failure()
        }
        #expect(code(opset: 19) == nil)
        #expect(code(opset: 18) == .unsupported)
    }
}
