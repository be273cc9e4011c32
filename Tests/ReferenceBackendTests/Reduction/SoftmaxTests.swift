import Foundation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct SoftmaxTests {
    @Test(arguments: [7, 11, 13], [0, 1, 2]) func linesAddUpToOne(opset: Int, axis: Int) throws {
        var random = SeededGenerator(seed: 3)
        let shape = [2, 3, 4]
        let x = Tensor((0..<24).map { _ in Float.random(in: -9...9, using: &random) }, shape: shape)
        let axisAttribute = ["axis": AttributeValue.int(Int64(axis))]
        let y = try SingleOperator("Softmax", opset: opset, axisAttribute).result(x).elements(as: Float.self)
        let logarithms = try SingleOperator("LogSoftmax", opset: opset, axisAttribute).result(x)
            .elements(as: Float.self)
        // Before 13 everything from the axis on is one line.
        let length = opset < 13 ? shape[axis...].reduce(1, *) : shape[axis]
        let inner = opset < 13 ? 1 : shape[(axis + 1)...].reduce(1, *)
        let values = x.elements(as: Float.self).map { Double($0) }
        for start in 0..<24 where (start / inner) % length == 0 {
            let line = (0..<length).map { start + $0 * inner }
            let sum = line.reduce(0) { $0 + exp(values[$1]) }
            for place in line {
                let expected = exp(values[place]) / sum
                #expect(abs(Double(y[place]) - expected) <= Double(length + 8) * Double(Float.ulpOfOne))
                #expect(abs(Double(logarithms[place]) - log(expected)) <= 32 * Double(Float.ulpOfOne) * Double(length))
            }
        }
    }

    @Test func defaultsAndLimits() throws {
        let x = Tensor([1000, 1000, -1000, 0] as [Float], shape: [2, 1, 2])
        #expect(try SingleOperator("Softmax", opset: 13).result(x).elements(as: Float.self) == [0.5, 0.5, 0, 1])
        #expect(try SingleOperator("Softmax", opset: 12).result(x).elements(as: Float.self) == [0.5, 0.5, 0, 1])
        #expect(
            thrownCode { _ = try SingleOperator("Softmax", opset: 13, ["axis": .int(3)]).result(x) } == .invalidModel)
        #expect(
            thrownCode { _ = try SingleOperator("Softmax", opset: 13).result(Tensor(scalar: Float(1))) }
                == .invalidModel)
        #expect(
            try SingleOperator("Softmax", opset: 13).result(Tensor(zeros: TensorType(.float32, [2, 0]))).shape == [
                2, 0,
            ])
    }
}
