import CMicrokernels
import Lowering
import ModelGraph
import TestSupport
import Testing

@testable import CPUBackend

@Suite struct ConvU8BlockTests {
    private func check(_ trial: QuantizedConvolutionCase, seed: Int) throws {
        let expected = try trial.expected()
        for isa in InstructionSet.available {
            let results = try trial.stored(expected, isa: isa, threads: 1 + seed % 3, seed: seed)
            #expect(!results.isEmpty)
            for (index, result) in results.enumerated() {
                let wrong = zip(result.got, result.want).filter { $0 != $1 }.count
                #expect(result.got == result.want, "seed \(seed), \(isa), arrangement \(index): \(wrong) bytes differ")
            }
        }
    }

    @Test(arguments: 0..<300) func equalsTheDefinition(seed: Int) throws {
        try check(QuantizedConvolutionCase(seed: seed), seed: seed)
    }

    /// One row of every width that a tile may have, and neighbouring ones.
    @Test(arguments: 1...45) func everyWidth(width: Int) throws {
        let options = QuantizedConvolutionCase.Options(
            channels: [8], outputs: [48], widths: [width], heights: [1, 2, 3, 5, 9], groups: [1], ranks: [2])
        for seed in 0..<4 { try check(QuantizedConvolutionCase(seed: seed, options), seed: seed) }
    }

    /// Products beyond int32, and beyond float32, clamp as the definition says; 0 times infinity is the lowest integer.
    @Test(arguments: 0..<20, [1e6 as Float, 1e38]) func hugeMultipliers(seed: Int, scale: Float) throws {
        let options = QuantizedConvolutionCase.Options(
            channels: [3, 16], outputs: [20], widths: [5, 14], heights: [3], wScale: scale...(scale * 3))
        try check(QuantizedConvolutionCase(seed: seed, options), seed: seed)
    }

    /// Weights that do not stay in cache, and more tasks than pairs.
    @Test(arguments: 0..<3) func manyBlocks(seed: Int) throws {
        let options = QuantizedConvolutionCase.Options(
            channels: [700], outputs: [800], widths: [3], heights: [3], groups: [1], ranks: [2])
        try check(QuantizedConvolutionCase(seed: seed, options), seed: seed)
    }

    /// Computed parameters are left to the definition, and so is padding that would take far more memory than the model.
    @Test func whatItDoesNotTake() throws {
        let options = QuantizedConvolutionCase.Options(
            channels: [8], outputs: [16], groups: [1], ranks: [2], adds: [false])
        var trial = QuantizedConvolutionCase(seed: 1, options)
        #expect(try trial.arrangements().count == 1)
        for parameter in [1, 2, 3, 4, 5, 6, 7] {
            #expect(try trial.arrangements(computing: parameter).isEmpty, "input \(parameter)")
        }
        trial.attributes["pads"] = .ints([0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF, 0x7FFF_FFFF])
        trial.attributes["strides"] = .ints([0x7FFF_FFFF, 0x7FFF_FFFF])
        #expect(try trial.arrangements().isEmpty)
    }

    /// The factors that spare a division give the defined integer for all operands, and are found for nearly all scales.
    @Test func additionFactorsAreExact() {
        var random = SeededGenerator(seed: 7)
        var found = 0
        let trials = 100
        for trial in 0..<trials {
            var a = mk_u8_addition()
            a.conv_scale = Float.random(in: 0.001...0.2, using: &random)
            a.other_scale = trial % 10 == 0 ? a.conv_scale : Float.random(in: 0.001...0.2, using: &random)
            a.scale = (a.conv_scale + a.other_scale) * Float.random(in: 0.3...1, using: &random)
            let (zc, zo, zy) = (
                Int32.random(in: 0...255, using: &random), Float(trial % 3 * 64), Float(trial % 2 * 100)
            )
            (a.other_zero_point, a.low, a.high, a.zero_point) = (zo, -zy, 255 - zy, Int32(zy))
            mk_u8_addition_find_factors(&a, -zc, 255 - zc)
            guard a.has_factors == 1 else { continue }
            found += 1
            var wrong = 0
            for v in -zc...(255 - zc) {
                for r in 0...255 {
                    let sum = Float(v) * a.conv_scale + (Float(r) - zo) * a.other_scale
                    let defined = min(max(sum / a.scale, a.low), a.high).rounded(.toNearestOrEven)
                    let inner = a.offset.addingProduct(Float(r), a.other_factor)
                    let fast = inner.addingProduct(Float(v), a.conv_factor).rounded(.toNearestOrEven)
                    if min(max(fast, a.low), a.high) != defined { wrong += 1 }
                }
            }
            #expect(wrong == 0, "trial \(trial)")
        }
        if InstructionSet.available.contains(.avx2) || InstructionSet.available.contains(.neon) {
            #expect(found >= trials * 9 / 10)
        }
    }
}
