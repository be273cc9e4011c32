import ModelGraph
import Tensors
import Testing

@Suite struct InstanceNormalizationTests {
    @Test func scalesByThePlanesOwnStatistics() throws {
        // Means 2 and 10, variances 1 and 9; epsilon 0 makes every value exact.
        let x = Tensor([1, 3, 7, 13] as [Float], shape: [1, 2, 2])
        let y = try LinearTrial(
            type: "InstanceNormalization", attributes: ["epsilon": .float(0)],
            inputs: [x, Tensor([2, 3] as [Float]), Tensor([0.5, -1] as [Float])]
        ).run()[0]
        #expect(y == Tensor([-1.5, 2.5, -4, 2] as [Float], shape: [1, 2, 2]))
    }

    @Test func aConstantPlaneGivesTheBias() throws {
        let x = Tensor([5, 5, 5] as [Float], shape: [1, 1, 3])
        let y = try LinearTrial(
            type: "InstanceNormalization", inputs: [x, Tensor([2] as [Float]), Tensor([0.5] as [Float])]
        ).run()[0]
        #expect(y.floats() == [0.5, 0.5, 0.5])
    }

    @Test func parametersMustHaveOneValueForEachChannel() {
        let x = Tensor(zeros: TensorType(.float32, [1, 2, 2]))
        let trial = LinearTrial(
            type: "InstanceNormalization", inputs: [x, Tensor([2] as [Float]), Tensor([0, 0] as [Float])])
        #expect(trial.failure() == .invalidModel)
    }
}
