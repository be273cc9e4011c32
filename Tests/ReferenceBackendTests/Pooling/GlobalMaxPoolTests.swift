import Tensors
import Testing

@Suite struct GlobalMaxPoolTests {
    @Test func reducesEachPlane() throws {
        let x = Tensor([1, 2, 3, 4, -3, 1, -2, 0] as [Float], shape: [1, 2, 2, 2])
        let y = try LinearTrial(type: "GlobalMaxPool", inputs: [x]).run()[0]
        #expect(y == Tensor([4, 1] as [Float], shape: [1, 2, 1, 1]))
    }

    @Test func planesWithoutPixelsAreErrors() {
        let trial = LinearTrial(type: "GlobalMaxPool", inputs: [Tensor(zeros: TensorType(.float32, [1, 2, 0, 2]))])
        #expect(trial.failure() == .invalidModel)
        let flat = LinearTrial(type: "GlobalMaxPool", inputs: [Tensor(zeros: TensorType(.float32, [1, 2]))])
        #expect(flat.failure() == .invalidModel)
    }
}
