import ModelGraph
import Tensors
import Testing

@Suite struct MatMulIntegerTests {
    @Test func zeroPointsMayBePerRowAndPerColumn() throws {
        let a = Tensor([1, 2, 3, 4] as [UInt8], shape: [2, 2])
        let b = Tensor([-1, 5, 7, -9] as [Int8], shape: [2, 2])
        func run(_ aZero: Tensor?, _ bZero: Tensor?) throws -> [Int]? {
            try LinearTrial(type: "MatMulInteger", inputs: [a, b, aZero, bZero]).run()[0].integers()
        }
        #expect(try run(nil, nil) == [13, -13, 25, -21])
        #expect(try run(Tensor(scalar: UInt8(1)), nil) == [7, -9, 19, -17])
        // Row 0 less 1, row 1 less 3: [0, 1], [0, 1].
        #expect(try run(Tensor([1, 3] as [UInt8]), nil) == [7, -9, 7, -9])
        // Column 0 less -1, column 1 less 5: [0, 0], [8, -14].
        #expect(try run(nil, Tensor([-1, 5] as [Int8])) == [16, -28, 32, -56])
        #expect(
            try run(Tensor([1, 3] as [UInt8], shape: [2, 1]), Tensor([-1, 5] as [Int8], shape: [1, 2])) == [
                8, -14, 8, -14,
            ])
    }

    @Test func zeroPointsOfStacksMayDiffer() throws {
        let a = Tensor([1, 2, 3, 4] as [UInt8], shape: [2, 1, 2])
        let b = Tensor([1, 10] as [UInt8], shape: [2, 1])
        let y = try LinearTrial(
            type: "MatMulInteger", inputs: [a, b, Tensor([1, 3] as [UInt8], shape: [2, 1, 1])]
        ).run()[0]
        #expect(y == Tensor([10, 10] as [Int32], shape: [2, 1, 1]))
    }

    @Test func zeroPointsOfWrongLengthAreErrors() {
        let a = Tensor([1, 2, 3, 4, 5, 6] as [UInt8], shape: [2, 3])
        let b = Tensor([1, 2, 3] as [UInt8], shape: [3, 1])
        func code(_ aZero: Tensor?, _ bZero: Tensor?) -> HoneError.Code? {
            LinearTrial(type: "MatMulInteger", inputs: [a, b, aZero, bZero]).failure()
        }
        #expect(code(Tensor([0, 0, 0] as [UInt8]), nil) == .invalidModel)
        #expect(code(nil, Tensor([0, 0] as [UInt8])) == .invalidModel)
        #expect(code(nil, Tensor(scalar: Int8(0))) == .unsupported)
    }
}
