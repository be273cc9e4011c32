import Foundation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ArithmeticTests {
    @Test func integersWrapAndNeverTrap() throws {
        let a = Tensor([Int8.min, Int8.min, 127, 7, -7, 100])
        let b = Tensor([Int8(-1), 0, 1, 2, 2, 3])
        func result(_ type: String) throws -> [Int8] {
            try SingleOperator(type, opset: 14).result(a, b).elements(as: Int8.self)
        }
        #expect(try result("Add") == [127, -128, -128, 9, -5, 103])
        #expect(try result("Sub") == [-127, -128, 126, 5, -9, 97])
        #expect(try result("Mul") == [-128, 0, 127, 14, -14, 44])
        #expect(try result("Div") == [-128, 0, 127, 3, -3, 33])
        #expect(
            try SingleOperator("Neg", opset: 13).result(a).elements(as: Int8.self) == [-128, -128, -127, -7, 7, -100])
        #expect(try SingleOperator("Abs", opset: 13).result(a).elements(as: Int8.self) == [-128, -128, 127, 7, 7, 100])
    }

    @Test func everyIntegerTypeIsAdded() throws {
        func check<Integer: TensorElement & FixedWidthInteger>(_: Integer.Type) throws {
            let sum = try SingleOperator("Add", opset: 14).result(Tensor([Integer.max, 1]), Tensor([Integer(1), 2]))
            #expect(sum.elements(as: Integer.self) == [.min, 3])
        }
        try check(Int8.self)
        try check(UInt8.self)
        try check(Int16.self)
        try check(UInt16.self)
        try check(Int32.self)
        try check(UInt32.self)
        try check(Int64.self)
        try check(UInt64.self)
    }

    @Test(arguments: 1...60) func broadcastingMatchesTheObviousWalk(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let shape = (0..<Int.random(in: 0...5, using: &random)).map { _ in Int.random(in: 0...4, using: &random) }
        func operand() -> Tensor {
            let dropped = shape.dropFirst(Int.random(in: 0...shape.count, using: &random))
            let stretched = dropped.map { Bool.random(using: &random) ? 1 : $0 }
            let count = stretched.contains(0) ? 0 : stretched.reduce(1, *)
            return Tensor((0..<count).map { _ in Int32.random(in: -99...99, using: &random) }, shape: stretched)
        }
        let (a, b) = (operand(), operand())
        let result = try SingleOperator("Sub", opset: 14).result(a, b)
        let expected = try #require(broadcastShape([a.shape, b.shape]))
        #expect(result.shape == expected)
        let (left, right) = (a.elements(as: Int32.self), b.elements(as: Int32.self))
        let differences = result.elements(as: Int32.self)
        guard !expected.contains(0) else { return }
        forEachBroadcastOffset(
            shape: expected,
            strides: [broadcastStrides(a.shape, to: expected), broadcastStrides(b.shape, to: expected)]
        ) { element, offsets in
            #expect(differences[element] == left[offsets[0]] - right[offsets[1]], "seed \(seed)")
        }
    }

    @Test func shapesAndTypesThatDoNotFitAreRefused() {
        let add = SingleOperator("Add", opset: 14)
        let three = Tensor([1, 2, 3] as [Float])
        #expect(thrownCode { _ = try add.result(three, Tensor([1, 2] as [Float])) } == .invalidModel)
        #expect(thrownCode { _ = try add.result(three, Tensor([Int32(1), 2, 3])) } == .invalidModel)
        #expect(thrownCode { _ = try add.result(Tensor([true]), Tensor([true])) } == .unsupported)
        let old = SingleOperator("Add", opset: 7, ["broadcast": .int(1)])
        #expect(thrownCode { _ = try old.result(three, three) } == .unsupported)
    }

    @Test func variadicOperatorsTakeAnyNumber() throws {
        let a = Tensor([1, 5] as [Float])
        let b = Tensor([4, 2, 9] as [Float], shape: [3, 1])
        let c = Tensor(scalar: Float(3))
        func result(_ type: String) throws -> [Float] {
            let result = try SingleOperator(type, opset: 13).result(a, b, c)
            #expect(result.shape == [3, 2])
            return result.elements(as: Float.self)
        }
        #expect(try result("Sum") == [8, 12, 6, 10, 13, 17])
        #expect(try result("Mean") == [8, 12, 6, 10, 13, 17].map { $0 / 3 })
        #expect(try result("Max") == [4, 5, 3, 5, 9, 9])
        #expect(try result("Min") == [1, 3, 1, 2, 1, 3])
        #expect(try SingleOperator("Mean", opset: 8).result(a) == a)
    }

    @Test func aNaNWinsInMinAndMax() throws {
        let a = Tensor([Float.nan, 1, 1])
        let b = Tensor([1, .nan, 2] as [Float])
        for (type, last) in [("Max", Float(2)), ("Min", 1)] {
            let result = try SingleOperator(type, opset: 13).result(a, b).elements(as: Float.self)
            #expect(result[0].isNaN && result[1].isNaN && result[2] == last)
        }
    }

    @Test func powersMixTypes() throws {
        let pow = SingleOperator("Pow", opset: 15)
        let base = Tensor([Int32(2), -3, 0, 1, -1, 2])
        let exponent = Tensor([Int64(10), 3, 0, -5, -5, -1])
        #expect(try pow.result(base, exponent).elements(as: Int32.self) == [1024, -27, 1, 1, -1, 0])
        #expect(try pow.result(base, Tensor(scalar: Int8(31))).elements(as: Int32.self)[0] == .min)
        let halves = try pow.result(Tensor([Int64(9), 16]), Tensor(scalar: Float(0.5)))
        #expect(halves.elements(as: Int64.self) == [3, 4])
        #expect(
            try pow.result(Tensor([Int64(10)]), Tensor(scalar: Float(99))).elements(as: Int64.self) == [.max])
        #expect(
            try pow.result(Tensor([2, 3] as [Float]), Tensor([UInt8(3), 2])).elements(as: Float.self) == [8, 9])
        #expect(
            thrownCode {
                _ = try SingleOperator("Pow", opset: 7).result(Tensor([1] as [Float]), Tensor([Int32(1)]))
            } == .invalidModel)
    }

    @Test func rootsAndExponentials() throws {
        let x = Tensor([0, 0.25, 2, 9] as [Float])
        #expect(
            try SingleOperator("Sqrt", opset: 13).result(x).elements(as: Float.self)
                == x.elements(as: Float.self).map { $0.squareRoot() })
        let exponentials = try SingleOperator("Exp", opset: 13).result(x).elements(as: Float.self)
        for (input, result) in zip(x.elements(as: Float.self), exponentials) {
            #expect(abs(Double(result) / exp(Double(input)) - 1) <= 2 * Double(Float.ulpOfOne))
        }
    }
}
