import ModelGraph
import Tensors
import Testing

@Suite struct QLinearMatMulTests {
    @Test(arguments: 0..<24) func equalsTheFormula(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let (batch, rows, depth, columns) = (
            2, generator.integer(1...6), generator.integer(1...30), generator.integer(1...70)
        )
        let (perRow, perColumn) = (seed & 1 == 0, seed & 2 == 0)
        let a = generator.integers(batch * rows * depth, as: UInt8.self)
        let b = generator.integers(depth * columns, as: Int8.self)
        let aZeros = generator.integers(perRow ? rows : 1, as: UInt8.self)
        let bZeros = generator.integers(perColumn ? columns : 1, as: Int8.self)
        let aScales = aZeros.map { _ in abs(generator.next()) / 100 + 1e-3 }
        let bScales = bZeros.map { _ in abs(generator.next()) / 100 + 1e-3 }
        let (yScale, yZero): (Float, Int8) = (Float(depth).squareRoot() * 0.7, 11)
        let y = try LinearTrial(
            type: "QLinearMatMul", opset: seed & 4 == 0 ? 10 : 21,
            inputs: [
                Tensor(a, shape: [batch, rows, depth]), Tensor(aScales), Tensor(aZeros),
                Tensor(b, shape: [depth, columns]),
                Tensor(bScales), Tensor(bZeros), Tensor(scalar: yScale), Tensor(scalar: yZero),
            ]
        ).run()[0]
        var expected: [Int] = []
        for row in 0..<batch * rows {
            for column in 0..<columns {
                let (rowParameter, columnParameter) = (perRow ? row % rows : 0, perColumn ? column : 0)
                let sum = (0..<depth).reduce(0) { sum, k in
                    let left = Int(a[row * depth + k]) - Int(aZeros[rowParameter])
                    return sum + left * (Int(b[k * columns + column]) - Int(bZeros[columnParameter]))
                }
                let multiplier = (aScales[rowParameter] * bScales[columnParameter]) / yScale
                let rounded = (Float(sum) * multiplier).rounded(.toNearestOrEven)
                expected.append(Int(min(max(rounded + Float(yZero), -128), 127)))
            }
        }
        #expect(y.type == TensorType(.int8, [batch, rows, columns]) && y.integers() == expected, "seed \(seed)")
    }

    @Test func scalesMustBeSound() {
        func code(_ aScale: Tensor, opset: Int = 21) -> HoneError.Code? {
            LinearTrial(
                type: "QLinearMatMul", opset: opset,
                inputs: [
                    Tensor([1, 2] as [UInt8], shape: [2, 1]), aScale, Tensor(scalar: UInt8(0)),
                    Tensor([3] as [UInt8], shape: [1, 1]), Tensor(scalar: Float(1)), Tensor(scalar: UInt8(0)),
                    Tensor(scalar: Float(1)), Tensor(scalar: UInt8(0)),
                ]
            ).failure()
        }
        #expect(code(Tensor([1, 1] as [Float])) == nil)
        #expect(code(Tensor([1, 0] as [Float])) == .invalidModel)
        #expect(code(Tensor([1, 1, 1] as [Float])) == .invalidModel)
        #expect(code(Tensor(scalar: Float16(1)), opset: 10) == .unsupported)
    }
}
