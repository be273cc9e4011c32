import ModelGraph
import Tensors
import Testing

@Suite struct QGemmTests {
    @Test(arguments: 0..<32) func equalsTheFormula(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let (rows, depth, columns) = (generator.integer(1...6), generator.integer(1...30), generator.integer(2...70))
        let (transposesA, transposesB) = (seed & 1 != 0, seed & 2 != 0)
        let (isQuantized, hasAddend) = (seed & 4 != 0, seed & 8 != 0)
        let alpha: Float = seed & 16 == 0 ? 1 : 0.3
        let a = generator.integers(rows * depth, as: UInt8.self)
        let b = generator.integers(depth * columns, as: Int8.self)
        let c = (0..<columns).map { _ in Int32(generator.integer(-9000...9000)) }
        let bZeros = generator.integers(columns, as: Int8.self)
        let bScales = bZeros.map { _ in abs(generator.next()) / 100 + 1e-3 }
        let (aScale, aZero, yScale, yZero): (Float, UInt8, Float, UInt8) = (0.02, 131, 0.5, 97)
        let y = try LinearTrial(
            type: "QGemm", domain: microsoftDomain,
            attributes: [
                "alpha": .float(alpha), "transA": .int(transposesA ? 1 : 0), "transB": .int(transposesB ? 1 : 0),
            ],
            inputs: [
                Tensor(a, shape: transposesA ? [depth, rows] : [rows, depth]), Tensor(scalar: aScale),
                Tensor(scalar: aZero), Tensor(b, shape: transposesB ? [columns, depth] : [depth, columns]),
                Tensor(bScales), Tensor(bZeros), hasAddend ? Tensor(c) : nil,
            ] + (isQuantized ? [Tensor(scalar: yScale), Tensor(scalar: yZero)] : [])
        ).run()[0]
        var expected: [Float] = []
        for row in 0..<rows {
            for column in 0..<columns {
                let sum = (0..<depth).reduce(hasAddend ? Int(c[column]) : 0) { sum, k in
                    let left = Int(a[transposesA ? k * rows + row : row * depth + k]) - Int(aZero)
                    let right = Int(b[transposesB ? column * depth + k : k * columns + column]) - Int(bZeros[column])
                    return sum + left * right
                }
                let scale = alpha * aScale * bScales[column]
                guard isQuantized else {
                    expected.append(Float(sum) * scale)
                    continue
                }
                let rounded = (Float(sum) * (scale / yScale)).rounded(.toNearestOrEven)
                expected.append(min(max(rounded + Float(yZero), 0), 255))
            }
        }
        #expect(y.type == TensorType(isQuantized ? .uint8 : .float32, [rows, columns]))
        #expect(y.floats() == expected, "seed \(seed)")
    }

    @Test func aScaleWithoutAZeroPointIsAnError() {
        let zero = Tensor(scalar: UInt8(0))
        let one = Tensor(scalar: Float(1))
        let matrix = Tensor([1] as [UInt8], shape: [1, 1])
        func code(_ tail: [Tensor?]) -> HoneError.Code? {
            LinearTrial(
                type: "QGemm", domain: microsoftDomain, inputs: [matrix, one, zero, matrix, one, zero] + tail
            ).failure()
        }
        #expect(code([]) == nil)
        #expect(code([nil, one, zero]) == nil)
        #expect(code([nil, one]) == .invalidModel)
        #expect(code([nil, Tensor(scalar: -Float(1)), zero]) == .invalidModel)
    }
}
