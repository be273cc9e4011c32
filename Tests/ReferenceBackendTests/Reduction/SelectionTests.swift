import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct SelectionTests {
    @Test func argMaxTakesTheFirstUnlessToldOtherwise() throws {
        let x = Tensor([3, 1, 3, 0, 2, 2] as [Float], shape: [2, 3])
        func result(_ attributes: [String: AttributeValue]) throws -> Tensor {
            try SingleOperator("ArgMax", opset: 13, attributes).result(x)
        }
        #expect(try result(["axis": .int(1)]) == Tensor([Int64(0), 1], shape: [2, 1]))
        #expect(
            try result(["axis": .int(-1), "select_last_index": .int(1), "keepdims": .int(0)]) == Tensor([Int64(2), 2]))
        #expect(try result([:]) == Tensor([Int64(0), 1, 0], shape: [1, 3]))
        let nothing = Tensor(zeros: TensorType(.float32, [0, 2]))
        #expect(thrownCode { _ = try SingleOperator("ArgMax", opset: 13).result(nothing) } == .invalidModel)
        let bytes = Tensor([UInt8(1), 255, 128])
        #expect(try SingleOperator("ArgMax", opset: 13).result(bytes).elements(as: Int64.self) == [1])
        let undefined = Tensor([1, .nan, 9, .nan] as [Float])
        #expect(try SingleOperator("ArgMax", opset: 13).result(undefined).elements(as: Int64.self) == [1])
    }

    @Test func topKPutsLowerIndicesFirstAmongEquals() throws {
        let x = Tensor([Int32(2), 5, 5, 1, 2, 0], shape: [2, 3])
        let results = try SingleOperator("TopK", opset: 11, ["axis": .int(1)], outputCount: 2).run(
            x, Tensor([Int64(2)]))
        #expect(results[0] == Tensor([Int32(5), 5, 2, 1], shape: [2, 2]))
        #expect(results[1] == Tensor([Int64(1), 2, 1, 0], shape: [2, 2]))
        let least = try SingleOperator("TopK", opset: 11, ["axis": .int(0), "largest": .int(0)], outputCount: 2)
            .run(x, Tensor([Int64(1)]))
        #expect(least[0] == Tensor([Int32(1), 2, 0], shape: [1, 3]))
        #expect(least[1] == Tensor([Int64(1), 1, 1], shape: [1, 3]))
    }

    @Test func topKFormsOfEachOpset() throws {
        let x = Tensor([1, .nan, 3, 2] as [Float])
        let first = try SingleOperator("TopK", opset: 9, ["k": .int(2)], outputCount: 2).run(x)
        #expect(first[1].elements(as: Int64.self) == [1, 2])
        let second = try SingleOperator("TopK", opset: 10, outputCount: 2).run(x, Tensor([Int64(3)]))
        #expect(second[1].elements(as: Int64.self) == [1, 2, 3])
        let none = try SingleOperator("TopK", opset: 11, outputCount: 2).run(x, Tensor([Int64(0)]))
        #expect(none[0].shape == [0])
        for k: Int64 in [-1, 5, .max, .min] {
            #expect(
                thrownCode { _ = try SingleOperator("TopK", opset: 11, outputCount: 2).run(x, Tensor([k])) }
                    == .invalidModel)
        }
    }
}
