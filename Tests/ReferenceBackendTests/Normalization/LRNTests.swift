import ModelGraph
import Tensors
import Testing

@Suite struct LRNTests {
    /// With beta 1, the denominator is 1 + the sum of squares of the window's channels.
    @Test(arguments: [
        (1, [[0], [1], [2], [3]]), (2, [[0, 1], [1, 2], [2, 3], [3]]), (3, [[0, 1], [0, 1, 2], [1, 2, 3], [2, 3]]),
    ])
    func dividesByTheNearestChannels(size: Int, windows: [[Int]]) throws {
        let values: [Float] = [1, 2, 3, 4]
        let y = try LinearTrial(
            type: "LRN",
            attributes: [
                "size": .int(Int64(size)), "alpha": .float(Float(size)), "beta": .float(1), "bias": .float(1),
            ],
            inputs: [Tensor(values, shape: [1, 4, 1])]
        ).run()[0].floats()
        for channel in 0..<4 {
            let expected = values[channel] / (1 + windows[channel].reduce(0) { $0 + values[$1] * values[$1] })
            // One power and one division, each off by a unit in the last place at most.
            #expect(abs(y[channel] - expected) <= 4 * expected.ulp)
        }
    }

    @Test func sizeIsRequired() {
        let x = Tensor(zeros: TensorType(.float32, [1, 2, 2]))
        #expect(LinearTrial(type: "LRN", inputs: [x]).failure() == .invalidModel)
        #expect(LinearTrial(type: "LRN", attributes: ["size": .int(0)], inputs: [x]).failure() == .invalidModel)
    }
}
