import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

/// Products of 8-bit rows, on every instruction set: the same bytes as the definition.
@Suite struct GemmU8BlockTests {
    @Test func randomProductsOfEveryOperator() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for number in 0..<60 {
            let rows = Int.random(in: 1...40, using: &random)
            let depth = Int.random(in: 1...300, using: &random)
            let columns = Int.random(in: 1...70, using: &random)
            for problem in ProductProblem.allOperators(rows, depth, columns, &random) {
                try problem.check("seed \(seed), problem \(number)")
            }
        }
    }

    @Test func sizesAboutTilesPanelsAndPairs() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        // A depth whose rows share cache sets, several panels, and every height of a tile.
        for (rows, depth, columns) in [(60, 4096, 33), (470, 516, 64), (1, 2048, 1000), (9, 8192, 17)] {
            try ProductProblem.quantized(rows, depth, columns, &random).check("seed \(seed)")
        }
        for rows in 1...30 {
            try ProductProblem.quantized(rows, 36, 40, &random).check("seed \(seed)")
            try ProductProblem.integer(rows, 35, 16, &random).check("seed \(seed)")
        }
    }

    /// Bytes at the ends of their ranges: nothing saturates on the way, and a weight less its zero point may need 9 bits.
    @Test func extremes() throws {
        for (aType, bType) in ProductProblem.types {
            for (aByte, bByte) in [(0, 0), (0, 255), (255, 0), (255, 255), (0x80, 0x7F), (0x7F, 0x80), (0x80, 0x80)] {
                for zeroPoint in [0, 0x7F, 0x80, 255] {
                    let zero = UInt8(zeroPoint)
                    let problem = ProductProblem(
                        "MatMulInteger",
                        [
                            .bytes(Array(repeating: UInt8(aByte), count: 5 * 300), aType, [5, 300]),
                            .bytes(Array(repeating: UInt8(bByte), count: 300 * 19), bType, [300, 19]),
                            .bytes([zero], aType, []), .bytes([zero], bType, []),
                        ])
                    try problem.check("\(aType) \(aByte), \(bType) \(bByte), zero point \(zeroPoint)")
                }
            }
        }
    }

    @Test func stacksOfRowsAreOneProduct() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for shape in [[2, 3, 5, 44], [44], [1, 44]] {
            let problem = ProductProblem(
                "MatMulInteger", [.random(.uint8, shape, &random), .random(.int8, [44, 21], &random)])
            try problem.check("seed \(seed), \(shape)")
        }
        try ProductProblem(
            "MatMulInteger", [.random(.uint8, [3, 44], &random), .random(.int8, [44], &random)]
        ).check("seed \(seed)")
    }

    @Test func aZeroPointThatAStepComputes() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for (aType, bType) in ProductProblem.types {
            var problem = ProductProblem.integer(7, 50, 30, &random, aType: aType, bType: bType)
            problem.computed = [0, 2]
            try problem.check("seed \(seed)")
        }
    }

    @Test func theDefinitionRunsWhereNoKernelFits() throws {
        var random = SeededGenerator(seed: 1)
        var computedWeights = ProductProblem.quantized(4, 8, 8, &random)
        computedWeights.computed = [0, 3]
        #expect(try computedWeights.arrangements().isEmpty)
        var rowScales = ProductProblem.quantized(4, 8, 8, &random)
        rowScales.inputs[1] = Tensor([Float](repeating: 0.5, count: 4), shape: [4])
        #expect(try rowScales.arrangements().isEmpty)
        let stack = ProductProblem(
            "MatMulInteger", [.random(.uint8, [2, 3, 8], &random), .random(.int8, [2, 8, 5], &random)])
        #expect(try stack.arrangements().isEmpty)
        var rowAddends = ProductProblem.gemm(4, 8, 8, &random)
        rowAddends.inputs[6] = Tensor([Int32](repeating: 1, count: 32), shape: [4, 8])
        #expect(try rowAddends.arrangements().isEmpty)
    }

    @Test func aScaleThatIsNotPositiveIsRefused() throws {
        var random = SeededGenerator(seed: 2)
        var problem = ProductProblem.quantized(4, 8, 8, &random)
        problem.inputs[6] = Tensor(scalar: Float(0))
        #expect(throws: HoneError.self) { try problem.run(.scalar, threads: 1) }
    }

    @Test func dynamicQuantization() throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        for count in [1, 2, 63, 64, 65, 1000, 70_000, 200_001] {
            for values in [-3.0...5.0, 0.5...2, -9 ... -1, 0...0] as [ClosedRange<Float>] {
                var x = (0..<count).map { _ in Float.random(in: values, using: &random) }
                try ProductProblem("DynamicQuantizeLinear", [Tensor(x)], outputCount: 3).check("seed \(seed)")
                // Ties, and a NaN.
                x = x.map { ($0 * 2).rounded() / 2 }
                x[count / 2] = .nan
                try ProductProblem("DynamicQuantizeLinear", [Tensor(x)], outputCount: 3).check("seed \(seed)")
            }
        }
        for extreme in [Float.infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude] {
            try ProductProblem("DynamicQuantizeLinear", [Tensor([0, extreme, -1, 1])], outputCount: 3).check("")
        }
    }
}
