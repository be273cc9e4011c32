import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct QuantizeLinearTests {
    private let x = Tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 1000, -1000] as [Float])

    @Test func roundsHalfToEvenBeforeTheZeroPoint() throws {
        let quantize = SingleOperator("QuantizeLinear", opset: 13)
        let one = Tensor(scalar: Float(1))
        #expect(
            try quantize.result(x, one, Tensor(scalar: Int8(1))).elements(as: Int8.self)
                == [-1, -1, 1, 1, 3, 3, 127, -128])
        #expect(try quantize.result(x, one).elements(as: UInt8.self) == [0, 0, 0, 0, 2, 2, 255, 0])
        #expect(
            try SingleOperator("QuantizeLinear", opset: 21, ["output_dtype": .int(5)]).result(x, one)
                .elements(as: Int16.self) == [-2, -2, 0, 0, 2, 2, 1000, -1000])
        let integers = try quantize.result(Tensor([Int32(5), -3]), Tensor(scalar: Float(2)), Tensor(scalar: Int8(0)))
        #expect(integers.elements(as: Int8.self) == [2, -2])
    }

    @Test func parametersPerAxisAndPerBlock() throws {
        let data = Tensor((0..<12).map { Float($0) }, shape: [2, 3, 2])
        let scales = Tensor([1, 2, 4] as [Float])
        let points = Tensor([UInt8(0), 1, 2])
        let perAxis = try SingleOperator("QuantizeLinear", opset: 13).result(data, scales, points)
        #expect(perAxis.elements(as: UInt8.self) == [0, 1, 2, 3, 3, 3, 6, 7, 5, 5, 4, 5])
        // The last block of two rows along axis 1 holds one.
        let blocks = SingleOperator("DequantizeLinear", opset: 21, ["axis": .int(1), "block_size": .int(2)])
        let stored = Tensor((0..<12).map { Int16($0) }, shape: [2, 3, 2])
        let blockScales = Tensor([1, 10, 100, 1000, 2, 20, 200, 2000] as [Float], shape: [2, 2, 2])
        #expect(
            try blocks.result(stored, blockScales).elements(as: Float.self)
                == [0, 10, 2, 30, 400, 5000, 12, 140, 16, 180, 2000, 22_000])
    }

    @Test func aBlockMayBeLargerThanAnyAxis() throws {
        let blocks = SingleOperator("DequantizeLinear", opset: 21, ["axis": .int(0), "block_size": .int(.max)])
        let result = try blocks.result(Tensor([Int8(1), 2, 3]), Tensor([0.5] as [Float]))
        #expect(result.elements(as: Float.self) == [0.5, 1, 1.5])
    }

    @Test func biasOfRankOneHasAScalePerElement() throws {
        let bias = Tensor([Int32(3), -1_000_000, 7])
        let scales = Tensor([0.5, 0.25, 2] as [Float])
        let result = try SingleOperator("DequantizeLinear", opset: 13, ["axis": .int(0)]).result(bias, scales)
        #expect(result.elements(as: Float.self) == [1.5, -250_000, 14])
    }

    @Test func everyQuantizedTypeComesBack() throws {
        func check<Integer: TensorElement & FixedWidthInteger>(_: Integer.Type) throws {
            let stored = Tensor([Integer.min, .min + 1, 5, .max])
            let point = Tensor(scalar: Integer(5))
            let scale = Tensor(scalar: Float(0.037))
            for (domain, opset) in [("", 21), ("com.microsoft", 1)] {
                let reals = try SingleOperator("DequantizeLinear", domain: domain, opset: opset).result(
                    stored, scale, point)
                #expect(reals.elements(as: Float.self)[2] == 0)
                #expect(
                    try SingleOperator("QuantizeLinear", domain: domain, opset: opset).result(reals, scale, point)
                        == stored)
            }
        }
        try check(UInt8.self)
        try check(Int8.self)
        try check(UInt16.self)
        try check(Int16.self)
    }

    @Test func badParametersAreRefused() {
        let quantize = SingleOperator("QuantizeLinear", opset: 13)
        func code(_ scale: Tensor, _ point: Tensor? = nil, opset: Int = 13, _ data: Tensor? = nil) -> HoneError.Code? {
            thrownCode { _ = try SingleOperator("QuantizeLinear", opset: opset).result(data ?? x, scale, point) }
        }
        for scale: Float in [0, -1, .nan, .infinity] {
            #expect(code(Tensor(scalar: scale)) == .invalidModel)
            #expect(
                thrownCode {
                    _ = try SingleOperator("DequantizeLinear", opset: 13).result(
                        Tensor([Int8(1)]), Tensor(scalar: scale))
                } == .invalidModel)
        }
        let matrix = Tensor(zeros: TensorType(.float32, [2, 3]))
        #expect(code(Tensor([1, 1] as [Float]), matrix) == .invalidModel)
        #expect(code(Tensor([1, 1, 1] as [Float]), opset: 10, matrix) == .invalidModel)
        #expect(code(Tensor([1, 1, 1] as [Float]), Tensor([UInt8(0), 0]), matrix) == .invalidModel)
        #expect(code(Tensor(scalar: Float(1)), Tensor(scalar: Int32(0))) == .unsupported)
        let float8 = SingleOperator("QuantizeLinear", opset: 21, ["output_dtype": .int(19)])
        #expect(thrownCode { _ = try float8.result(x, Tensor(scalar: Float(1))) } == .unsupported)
        let block = SingleOperator("QuantizeLinear", opset: 21, ["block_size": .int(2), "axis": .int(0)])
        #expect(thrownCode { _ = try block.result(matrix, matrix) } == .invalidModel)
        #expect(thrownCode { _ = try quantize.result(x, Tensor(scalar: Float(1)), nil) } == nil)
    }

    @Test func dynamicScaleHoldsZero() throws {
        let dynamic = SingleOperator("DynamicQuantizeLinear", opset: 11, outputCount: 3)
        let mixed = try dynamic.run(Tensor([-127, 128, 0.5] as [Float]))
        #expect(mixed[0].elements(as: UInt8.self) == [0, 255, 127])
        #expect(mixed[1] == Tensor(scalar: Float(1)) && mixed[2] == Tensor(scalar: UInt8(127)))
        let positive = try dynamic.run(Tensor([255, 510] as [Float]))
        #expect(positive[0].elements(as: UInt8.self) == [128, 255] && positive[2] == Tensor(scalar: UInt8(0)))
        let zeros = try dynamic.run(Tensor([0, 0] as [Float]))
        #expect(zeros[0].elements(as: UInt8.self) == [0, 0] && zeros[1] == Tensor(scalar: Float(1)))
        for odd in [[Float.nan, 1], [.infinity, -1], [Float.greatestFiniteMagnitude, -.greatestFiniteMagnitude], []] {
            #expect(try dynamic.run(Tensor(odd))[0].shape == [odd.count])
        }
    }
}
