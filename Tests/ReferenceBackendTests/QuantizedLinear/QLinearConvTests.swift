import ModelGraph
import Tensors
import Testing

@Suite struct QLinearConvTests {
    @Test(arguments: 0..<48) func equalsTheFormula(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let trial = ConvolutionCase(using: &generator)
        let xs = seed & 1 == 0, ws = seed & 2 == 0, ys = seed & 4 == 0
        let perChannel = seed & 8 == 0
        func values(_ count: Int, signed: Bool, _ shape: [Int]) -> (Tensor, [Int32]) {
            if signed {
                let values = generator.integers(count, as: Int8.self)
                return (Tensor(values, shape: shape), values.map { Int32($0) })
            }
            let values = generator.integers(count, as: UInt8.self)
            return (Tensor(values, shape: shape), values.map { Int32($0) })
        }
        let (x, xInts) = values(trial.inputShape.reduce(1, *), signed: xs, trial.inputShape)
        let (w, wInts) = values(trial.weightShape.reduce(1, *), signed: ws, trial.weightShape)
        let count = perChannel ? trial.outputs : 1
        let (xZero, xZeros) = values(1, signed: xs, [])
        let (wZero, wZeros) = values(count, signed: ws, perChannel ? [count] : [1])
        let (yZero, yZeros) = values(1, signed: ys, [1])
        let wScale = (0..<count).map { _ in abs(generator.next()) / 300 + 1e-3 }
        let (sx, sy): (Float, Float) = (0.03, Float(trial.weightShape[1...].reduce(1, *)).squareRoot() * 0.02)
        let bias = (0..<trial.outputs).map { _ in Int32(generator.integer(-9000...9000)) }
        let y = try LinearTrial(
            type: "QLinearConv", attributes: trial.attributes,
            inputs: [
                x, Tensor(scalar: sx), xZero, w, Tensor(wScale), wZero, Tensor([sy]), yZero, Tensor(bias),
            ]
        ).run()[0]

        let perOutput = wInts.count / trial.outputs
        let centred = wInts.enumerated().map { $1 - wZeros[perChannel ? $0 / perOutput : 0] }
        let sums = trial.sums(xInts.map { $0 - xZeros[0] }, centred, starts: bias, zero: 0) { $0 &+ $1 &* $2 }
        let plane = trial.outputShape[2...].reduce(1, *)
        let expected = sums.enumerated().map { index, sum in
            let channel = index / plane % trial.outputs
            let scaled = Float(sum) * ((sx * wScale[perChannel ? channel : 0]) / sy)
            let rounded = Double(scaled.rounded(.toNearestOrEven)) + Double(yZeros[0])
            return Int(min(max(rounded, ys ? -128 : 0), ys ? 127 : 255))
        }
        #expect(y.shape == trial.outputShape && y.elementType == (ys ? .int8 : .uint8))
        #expect(y.integers() == expected, "seed \(seed): \(trial)")
    }

    @Test func wrongParametersAreErrors() {
        func code(wScale: [Float], wZero: [Int8] = [0], xScale: Float = 1, yScale: Float = 1) -> HoneError.Code? {
            LinearTrial(
                type: "QLinearConv",
                inputs: [
                    Tensor([1, 2, 3] as [UInt8], shape: [1, 1, 3]), Tensor(scalar: xScale), Tensor(scalar: UInt8(1)),
                    Tensor([1, 2, 3] as [Int8], shape: [3, 1, 1]), Tensor(wScale), Tensor(wZero),
                    Tensor(scalar: yScale),
                    Tensor(scalar: UInt8(0)),
                ]
            ).failure()
        }
        #expect(code(wScale: [1]) == nil)
        #expect(code(wScale: [1, 1, 1], wZero: [0, 1, 2]) == nil)
        #expect(code(wScale: [1, 1]) == .invalidModel)
        #expect(code(wScale: [1, 1, 1, 1]) == .invalidModel)
        #expect(code(wScale: [1], wZero: [0, 0]) == .invalidModel)
        #expect(code(wScale: [1, 0, 1]) == .invalidModel)
        #expect(code(wScale: [.nan]) == .invalidModel)
        #expect(code(wScale: [1], xScale: .infinity) == .invalidModel)
        #expect(code(wScale: [1], yScale: -1) == .invalidModel)
    }
}
