import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct AxisReductionTests {
    private let x = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])

    @Test func axesAreAttributesThenInputs() throws {
        let old = SingleOperator("ReduceSum", opset: 11, ["axes": .ints([0, 2]), "keepdims": .int(0)])
        let new = SingleOperator("ReduceSum", opset: 13, ["keepdims": .int(0)])
        let expected = Tensor([60, 92, 124] as [Float])
        #expect(try old.result(x) == expected)
        #expect(try new.result(x, Tensor([Int64(-3), 2])) == expected)
        #expect(try SingleOperator("ReduceMax", opset: 13, ["axes": .ints([1])]).result(x).shape == [2, 1, 4])
        #expect(try SingleOperator("ReduceMax", opset: 18).result(x).shape == [1, 1, 1])
        #expect(thrownCode { _ = try new.result(x, Tensor([Int64(0), -3])) } == .invalidModel)
        #expect(thrownCode { _ = try new.result(x, Tensor([Int64(3)])) } == .invalidModel)
        #expect(thrownCode { _ = try old.result(x, Tensor([Int64(1)])) } == .invalidModel)
    }

    @Test func noAxesReduceAllOrNothing() throws {
        let none = Tensor([] as [Int64])
        #expect(try SingleOperator("ReduceMean", opset: 18).result(x, none).elements(as: Float.self) == [11.5])
        let noop = SingleOperator("ReduceMean", opset: 18, ["noop_with_empty_axes": .int(1)])
        #expect(try noop.result(x, none) == x)
        #expect(try noop.result(x) == x)
    }

    @Test func nothingReducesToTheIdentity() throws {
        let empty = Tensor(zeros: TensorType(.float32, [2, 0, 3]))
        func result(_ type: String, _ x: Tensor) throws -> Tensor {
            try SingleOperator(type, opset: 20, ["keepdims": .int(0)]).result(x, Tensor([Int64(1)]))
        }
        #expect(try result("ReduceSum", empty) == Tensor(zeros: TensorType(.float32, [2, 3])))
        #expect(try result("ReduceMax", empty).elements(as: Float.self).allSatisfy { $0 == -.infinity })
        #expect(try result("ReduceMin", empty).elements(as: Float.self).allSatisfy { $0 == .infinity })
        #expect(try result("ReduceMean", empty).elements(as: Float.self).allSatisfy { $0.isNaN })
        let integers = Tensor(zeros: TensorType(.int32, [2, 0, 3]))
        #expect(try result("ReduceMax", integers).elements(as: Int32.self) == [Int32](repeating: .min, count: 6))
        #expect(try result("ReduceMean", integers).elements(as: Int32.self) == [Int32](repeating: 0, count: 6))
        // The other dimensions' product overflows; there is still nothing to do.
        let vast = Tensor(zeros: TensorType(.float32, [0, 1 << 40, 1 << 40]))
        #expect(try SingleOperator("ReduceSum", opset: 13).result(vast).elements(as: Float.self) == [0])
    }

    @Test func integersAndBools() throws {
        let integers = Tensor([Int32.max, 1, -7, -8], shape: [2, 2])
        let last = Tensor([Int64(1)])
        #expect(
            try SingleOperator("ReduceSum", opset: 13).result(integers, last).elements(as: Int32.self) == [.min, -15])
        #expect(try SingleOperator("ReduceMean", opset: 18).result(integers, last).elements(as: Int32.self)[1] == -7)
        let bools = Tensor([true, false, false, false, true, true], shape: [3, 2])
        #expect(
            try SingleOperator("ReduceMax", opset: 20).result(bools, last).elements(as: Bool.self) == [
                true, false, true,
            ])
        #expect(
            try SingleOperator("ReduceMin", opset: 20).result(bools, last).elements(as: Bool.self) == [
                false, false, true,
            ])
        let huge = Tensor([UInt64.max, 5])
        #expect(try SingleOperator("ReduceMax", opset: 18).result(huge).elements(as: UInt64.self) == [.max])
    }

    @Test(arguments: 1...40) func sumsMatchTheObviousLoop(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shape = (0..<Int.random(in: 1...5, using: &random)).map { _ in Int.random(in: 1...4, using: &random) }
        let axes = shape.indices.filter { _ in Bool.random(using: &random) }
        let elements = (0..<shape.reduce(1, *)).map { _ in Int32.random(in: -1000...1000, using: &random) }
        let result = try SingleOperator("ReduceSum", opset: 13, ["noop_with_empty_axes": .int(1)])
            .result(Tensor(elements, shape: shape), Tensor(axes.map { Int64($0) }))
        let kept = shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
        #expect(result.shape == kept)
        var expected = [Int32](repeating: 0, count: kept.reduce(1, *))
        forEachBroadcastOffset(shape: shape, strides: [broadcastStrides(kept, to: shape)]) { element, offsets in
            expected[offsets[0]] += elements[element]
        }
        #expect(result.elements(as: Int32.self) == expected, "seed \(seed), shape \(shape), axes \(axes)")
    }
}
