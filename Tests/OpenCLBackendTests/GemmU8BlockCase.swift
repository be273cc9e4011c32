import Lowering
import ModelGraph
import Runtime
import Tensors
import TestSupport
import Testing

@testable import OpenCLBackend

/// A random product of 8-bit rows with constant weights, as one of the operators that have one.
struct GemmU8BlockCase {
    /// The operators, and whether they are fused with a clamp.
    enum Kind: CaseIterable {
        case matMulInteger, matMulIntegerComputed, qLinearMatMul, qGemm, qGemmReal, fusedQLinearMatMul, fusedQGemm
    }

    let inputs: [Tensor?]
    /// Inputs that are not known when launches are made.
    let computed: Set<Int>
    private let type: (name: String, domain: String)
    private let attributes: [String: AttributeValue]
    private let bounds: ClosedRange<Int>?

    init(_ kind: Kind, rows: Int, depth: Int, columns: Int, seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        func flag() -> Bool { Bool.random(using: &random) }
        let (aSigned, bSigned, ySigned) = (flag(), flag(), flag())
        func scales(_ count: Int, _ size: Float) -> Tensor {
            Tensor(
                (0..<count).map { _ in size * Float.random(in: 0.2...2, using: &random) },
                shape: count == 1 ? [] : [count])
        }
        func zeroPoint(_ signed: Bool) -> Tensor { .eightBit([], signed: signed, &random) }
        let isGemm = [.qGemm, .qGemmReal, .fusedQGemm].contains(kind)
        let (transposesA, transposesB) = (isGemm && flag(), isGemm && flag())
        let a = Tensor.eightBit(transposesA ? [depth, rows] : [rows, depth], signed: aSigned, &random)
        // Whole blocks of zeros.
        let sparsity: Double = [0, 0.5, 0.9][Int.random(in: 0...2, using: &random)]
        let (height, width) = transposesB ? (columns, depth) : (depth, columns)
        let zeros = Set(
            (0..<((height + 3) / 4 * width)).filter { _ in Double.random(in: 0..<1, using: &random) < sparsity })
        let weights = (0..<(height * width)).map { index in
            zeros.contains(index / width / 4 * width + index % width / 16)
                ? 0 : Int.random(in: -128...127, using: &random)
        }
        let b = Tensor.eightBit(weights, shape: [height, width], signed: bSigned)
        let perColumn = flag()
        let bZero = perColumn ? Tensor.eightBit([columns], signed: bSigned, &random) : zeroPoint(bSigned)
        let ends = (0..<2).map { _ in Int.random(in: ySigned ? -128...127 : 0...255, using: &random) }.sorted()
        let spread = Float(depth).squareRoot()
        switch kind {
        case .matMulInteger, .matMulIntegerComputed:
            (inputs, type, attributes) = ([a, b, zeroPoint(aSigned), bZero], ("MatMulInteger", ""), [:])
            bounds = nil
        case .qLinearMatMul, .fusedQLinearMatMul:
            inputs = [
                a, scales(1, 0.01), zeroPoint(aSigned), b, scales(flag() ? columns : 1, 0.02), bZero,
                scales(1, 0.01 * spread), zeroPoint(ySigned),
            ]
            (type, attributes) = (("QLinearMatMul", ""), [:])
            bounds = kind == .qLinearMatMul ? nil : ends[0]...ends[1]
        case .qGemm, .qGemmReal, .fusedQGemm:
            let addend = Tensor((0..<columns).map { _ in Int32.random(in: -9000...9000, using: &random) })
            var inputs: [Tensor?] = [
                a, scales(1, 0.01), zeroPoint(aSigned), b, scales(flag() ? columns : 1, 0.02), bZero,
                flag() ? addend : nil,
            ]
            if kind != .qGemmReal { inputs += [scales(1, 0.01 * spread), zeroPoint(ySigned)] }
            self.inputs = inputs
            type = ("QGemm", microsoftDomain)
            attributes = [
                "alpha": .float(flag() ? 1 : 0.75), "transA": .int(transposesA ? 1 : 0),
                "transB": .int(transposesB ? 1 : 0),
            ]
            bounds = kind == .fusedQGemm ? ends[0]...ends[1] : nil
        }
        computed = kind == .matMulIntegerComputed ? [0, 2] : [0]
    }

    /// What the launches store, and what they should.
    func stored(seed: Int) throws -> (got: [UInt8], want: [UInt8]) {
        let decoded = try DefinedOperator.decode(
            type.name, domain: type.domain, bounds: bounds, attributes: attributes, inputs: inputs)
        let kernel = try #require(decoded as? any OpenCLOperator)
        let expected = try DefinedOperator.evaluate(decoded, inputs)
        var driver = try ConvU8BlockDriver(seed: seed)
        var step = StepOperands(inputs: [], outputs: [])
        for (index, tensor) in inputs.enumerated() {
            guard let tensor else {
                step.inputs.append(nil)
                continue
            }
            var value = driver.value(tensor.type, .rowMajor, tensor)
            if !computed.contains(index) { value.constant = tensor }
            step.inputs.append(value)
        }
        let output = driver.value(expected.type, .rowMajor)
        step.outputs = [output]
        #expect(!kernel.arrangements(step, on: try #require(OpenCLDevices.chosen).info).isEmpty)
        let got = try driver.run(kernel, step)[output.id]
        let want = expected.withUnsafeBytes { Array($0) }
        return (got, want + driver.before(output).dropFirst(want.count))
    }
}
