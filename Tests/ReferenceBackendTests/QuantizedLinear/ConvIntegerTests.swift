import ModelGraph
import Tensors
import Testing

@Suite struct ConvIntegerTests {
    @Test(arguments: 0..<12) func equalsWrappingSums(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let trial = ConvolutionCase(using: &generator)
        let x = generator.integers(trial.inputShape.reduce(1, *), as: Int8.self)
        let w = generator.integers(trial.weightShape.reduce(1, *), as: UInt8.self)
        let wZeros = generator.integers(trial.outputs, as: UInt8.self)
        let hasZeroPoints = seed % 2 == 0
        let y = try LinearTrial(
            type: "ConvInteger", attributes: trial.attributes,
            inputs: [Tensor(x, shape: trial.inputShape), Tensor(w, shape: trial.weightShape)]
                + (hasZeroPoints ? [Tensor(scalar: Int8(-7)), Tensor(wZeros)] : [])
        ).run()[0]
        let perOutput = w.count / trial.outputs
        let expected = trial.sums(
            x.map { Int32($0) + (hasZeroPoints ? 7 : 0) },
            w.enumerated().map { Int32($1) - (hasZeroPoints ? Int32(wZeros[$0 / perOutput]) : 0) },
            starts: Array(repeating: 0, count: trial.outputs), zero: 0
        ) { $0 &+ $1 &* $2 }
        #expect(y == Tensor(expected, shape: trial.outputShape), "seed \(seed): \(trial)")
    }
}
