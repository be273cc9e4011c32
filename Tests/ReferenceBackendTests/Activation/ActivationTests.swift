import Foundation
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct ActivationTests {
    private let x = Tensor([-4, -1, -0.5, 0, 0.5, 1, 4] as [Float])

    private func apply(_ type: String, _ opset: Int, _ attributes: [String: AttributeValue] = [:]) throws -> [Float] {
        try SingleOperator(type, opset: opset, attributes).result(x).elements(as: Float.self)
    }

    @Test func reluCutsBelowZeroInIntegersToo() throws {
        #expect(try apply("Relu", 13) == [0, 0, 0, 0, 0.5, 1, 4])
        let integers = Tensor([Int8.min, -1, 0, 1, Int8.max])
        #expect(try SingleOperator("Relu", opset: 14).result(integers).elements(as: Int8.self) == [0, 0, 0, 1, 127])
    }

    @Test func piecewiseLinearFunctionsAreExact() throws {
        #expect(try apply("LeakyRelu", 16, ["alpha": .float(0.25)]) == [-1, -0.25, -0.125, 0, 0.5, 1, 4])
        #expect(
            try apply("HardSigmoid", 7, ["alpha": .float(0.5), "beta": .float(0.25)]) == [0, 0, 0, 0.25, 0.5, 0.75, 1])
        let slope = Tensor([0.5] as [Float])
        #expect(
            try SingleOperator("PRelu", opset: 9).result(x, slope).elements(as: Float.self)
                == [-2, -0.5, -0.25, 0, 0.5, 1, 4])
        let ends = Tensor([-4, -3, 0, 3, 4] as [Float])
        #expect(try SingleOperator("HardSwish", opset: 14).result(ends).elements(as: Float.self) == [0, 0, 0, 3, 4])
    }

    @Test func preluSlopeStretchesOneWayOnly() throws {
        let wide = Tensor(zeros: TensorType(.float32, [2, 3]))
        #expect(
            thrownCode { _ = try SingleOperator("PRelu", opset: 9).result(Tensor([-1] as [Float]), wide) }
                == .invalidModel)
        let perChannel = Tensor([1, 2, 3] as [Float], shape: [3, 1])
        let minus = Tensor([Float](repeating: -1, count: 12), shape: [2, 3, 2])
        #expect(
            try SingleOperator("PRelu", opset: 16).result(minus, perChannel).elements(as: Float.self)
                == [-1, -1, -2, -2, -3, -3, -1, -1, -2, -2, -3, -3])
    }

    @Test func smoothFunctionsAgreeWithDoublePrecision() throws {
        // Results are at most 4, each of a handful of float32 steps.
        let bound: Double = 16 * Double(Float.ulpOfOne)
        func check(_ results: [Float], _ function: (Double) -> Double) {
            for (input, result) in zip(x.elements(as: Float.self), results) {
                #expect(abs(Double(result) - function(Double(input))) <= bound)
            }
        }
        check(try apply("Sigmoid", 13)) { 1 / (1 + exp(-$0)) }
        check(try apply("Tanh", 13)) { tanh($0) }
        check(try apply("Elu", 7, ["alpha": .float(0.5)])) { $0 < 0 ? 0.5 * (exp($0) - 1) : $0 }
        check(try apply("Swish", 24, ["alpha": .float(1.5)])) { $0 / (1 + exp(-1.5 * $0)) }
    }

    @Test func clipBoundsAreAttributesThenInputs() throws {
        #expect(
            try apply("Clip", 10, ["min": .float(-0.5), "max": .float(1)]) == [-0.5, -0.5, -0.5, 0, 0.5, 1, 1])
        #expect(try apply("Clip", 6 + 1, ["max": .float(0)]) == [-4, -1, -0.5, 0, 0, 0, 0])
        #expect(thrownCode { _ = try SingleOperator("Clip", opset: 11, ["max": .float(0)]).result(x) } == .unsupported)
        #expect(thrownCode { _ = try SingleOperator("Clip", opset: 10).result(x, x) } == .invalidModel)

        let clip = SingleOperator("Clip", opset: 13)
        let bytes = Tensor([UInt8(0), 7, 200, 255])
        #expect(
            try clip.result(bytes, Tensor(scalar: UInt8(3)), Tensor(scalar: UInt8(210))).elements(as: UInt8.self)
                == [3, 7, 200, 210])
        #expect(try clip.result(bytes, nil, Tensor(scalar: UInt8(9))).elements(as: UInt8.self) == [0, 7, 9, 9])
        let low = Tensor(scalar: Float(2))
        let high = Tensor(scalar: Float(1))
        #expect(try clip.result(x, low, high).elements(as: Float.self) == [Float](repeating: 1, count: 7))
        #expect(thrownCode { _ = try clip.result(x, x) } == .invalidModel)
    }
}
