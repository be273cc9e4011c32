import Lowering
import ModelGraph
import Runtime
import Tensors
import Testing

@testable import CPUBackend

@Suite struct GemmF32Tests {
    @Test(arguments: 0..<100) func gemmEqualsTheReference(seed: Int) throws {
        var source = FloatSource(seed: seed)
        let rows = source.pick([1, 1, 2, 5, 13, 14, 15, 30, 57])
        let depth = source.pick([1, 7, 64, 256, 300])
        let columns = source.pick([1, 10, 16, 33, 128, 200])
        let (transA, transB) = (source.chance(0.3), source.chance(0.5))
        let special = source.chance(0.3)
        let a = source.floats(transA ? [depth, rows] : [rows, depth], special: special)
        let b = source.floats(transB ? [columns, depth] : [depth, columns], special: special)
        let addends: [[Int]] = [[], [1], [columns], [1, columns], [rows, 1], [rows, columns]]
        let c = source.chance(0.7) ? source.floats(source.pick(addends), special: special) : nil
        let activation = source.pick(
            [FusedActivation.none, .relu, .clip(low: -1, high: 6), .leaky(alpha: 0.2)])
        let attributes: [String: AttributeValue] = [
            "transA": .int(transA ? 1 : 0), "transB": .int(transB ? 1 : 0),
            "alpha": .float(source.pick([1, 1, 0.5, 0])), "beta": .float(source.pick([1, 1, -2, 0])),
        ]
        let inputs = [a, b] + (c.map { [$0] } ?? [])
        let expected = try activation.applied(
            to: FloatTrial(type: "Gemm", attributes: attributes).result(inputs))
        let fused = FloatTrial(
            type: "Gemm", domain: honeDomain, attributes: attributes.merging(activation.attributes) { $1 })
        let name = "seed \(seed): \(a.shape) x \(b.shape) + \(c?.shape ?? []), \(attributes), \(activation)"
        try check(fused, inputs, expected, name)
        if activation == .none { try check(FloatTrial(type: "Gemm", attributes: attributes), inputs, expected, name) }
    }

    @Test(arguments: 0..<40) func matMulEqualsTheReference(seed: Int) throws {
        var source = FloatSource(seed: seed)
        let depth = source.pick([1, 40, 512])
        let batch = source.pick([[], [1], [7], [3, 5], [2, 1, 20]])
        let a = source.floats(batch + [depth], special: source.chance(0.3))
        let b = source.floats([depth, source.pick([1, 31, 160])], special: source.chance(0.3))
        let trial = FloatTrial(type: "MatMul")
        try check(trial, [a, b], try trial.result([a, b]), "seed \(seed): \(a.shape) x \(b.shape)")
    }

    @Test func operandsThatAreNotConstantAreLeftToTheDefinition() throws {
        let gemm = try #require(try FloatTrial(type: "Gemm").decoded(inputCount: 3) as? Gemm)
        let matrix = Tensor(zeros: TensorType(.float32, [4, 4]))
        func arrangements(b: Tensor?, c: Tensor?) -> Int {
            let operands = FloatOperands()
            let step = StepOperands(
                inputs: [nil, b, c].map { operands.value(matrix.type, .rowMajor, constant: $0) },
                outputs: [operands.value(matrix.type, .rowMajor)])
            return gemm.arrangements(step).count
        }
        #expect(arrangements(b: matrix, c: matrix) == 1)
        #expect(arrangements(b: nil, c: matrix) == 0)
        #expect(arrangements(b: matrix, c: nil) == 0)
    }

    private func check(_ trial: FloatTrial, _ inputs: [Tensor], _ expected: Tensor, _ name: String) throws {
        for isa in InstructionSet.available {
            let operands = FloatOperands()
            let cpu = try #require(try trial.decoded(inputCount: inputs.count) as? any CPUOperator)
            var step = StepOperands(
                inputs: inputs.map { operands.value($0.type, .rowMajor, constant: $0) },
                outputs: [operands.value(expected.type, .rowMajor)])
            step.inputs[0] = operands.value(holding: inputs[0], .rowMajor)
            try #require(cpu.arrangements(step).count == 1, "\(name)")
            let kernel = try cpu.prepare(step, isa: isa)
            let held = try #require(kernel.packedInputs[1])
            #expect(Tensor(inputs[1].type, filledBy: held).floatBits == inputs[1].floatBits, "\(name), \(isa)")
            // Twice: what the kernel keeps between runs must not show.
            for _ in 0..<2 { try operands.run(kernel) }
            let y = try #require(step.output(0))
            #expect(operands.read(y).floatBits == expected.floatBits, "\(name), \(isa)")
            #expect(operands.misfilled(y) == 0, "\(name), \(isa)")
        }
    }
}
