import ModelGraph
import Tensors
import Testing

@Suite struct BatchNormalizationTests {
    private func trial(
        opset: Int = 15, _ attributes: [String: AttributeValue] = [:], outputs: [String] = ["y"], channels: Int = 2
    ) -> LinearTrial {
        LinearTrial(
            type: "BatchNormalization", opset: opset, attributes: attributes,
            inputs: [
                Tensor([1, 2, 3, 4] as [Float], shape: [1, 2, 2]), Tensor([2, 3] as [Float]),
                Tensor([0.5, -1] as [Float]),
                Tensor([1, 3] as [Float]), Tensor(Array(repeating: Float(3), count: channels)),
            ], outputNames: outputs)
    }

    @Test(arguments: [7, 9, 14, 15]) func scalesByTheGivenStatistics(opset: Int) throws {
        // Variance + epsilon is 4, so that every value is exact.
        let y = try trial(opset: opset, ["epsilon": .float(1), "momentum": .float(0.1)]).run()[0]
        #expect(y == Tensor([0.5, 1.5, -1, 0.5] as [Float], shape: [1, 2, 2]))
    }

    @Test func trainingIsRefusedByName() {
        #expect(trial(["training_mode": .int(1)]).failure() == .unsupported)
        #expect(trial(outputs: ["y", "mean", "variance"]).failure() == .unsupported)
        #expect(trial(opset: 7, ["spatial": .int(0)]).failure() == .unsupported)
        #expect(trial(opset: 7, ["spatial": .int(1)]).failure() == nil)
        #expect(trial(opset: 9, ["spatial": .int(1)]).failure() == .unsupported)
        #expect(trial(channels: 3).failure() == .invalidModel)
    }
}
