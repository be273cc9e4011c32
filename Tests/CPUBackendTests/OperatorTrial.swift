import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

/// One operator in every arrangement that it offers, on every instruction set, compared with its definition.
struct OperatorTrial {
    let typedOperator: any CPUOperator
    /// By position; nil for an absent optional input.
    let inputs: [Tensor?]
    /// Positions that are known when the plan is made.
    let constants: Set<Int>
    let output: TensorType
    let expected: Tensor

    /// - Throws: what the operator says of its attributes and operands, and its definition of their values.
    init<Kind: CPUOperator>(
        _ kind: Kind.Type, opset: Int, _ attributes: [String: AttributeValue] = [:], _ inputs: [Tensor?],
        constants: Set<Int> = []
    ) throws {
        let node = Node(
            Kind.identifier.type, domain: Kind.identifier.domain, inputs: inputs.map { $0 == nil ? "" : "x" },
            outputs: ["y"], attributes: attributes)
        var reader = AttributeReader(node, opset: opset)
        typedOperator = try Kind(&reader)
        self.inputs = inputs
        self.constants = constants
        let operands = Operands(
            types: inputs.map { $0?.type },
            values: inputs.enumerated().map { constants.contains($0) ? $1 : nil }, outputCount: 1)
        output = try typedOperator.inferTypes(operands)[0]
        expected = try ReferenceBackend().evaluate(typedOperator, inputs: inputs, outputTypes: [output])[0]
    }

    /// Types and constants, as they are known before layouts are decided.
    private var operands: StepOperands {
        func value(_ position: Int) -> StepOperands.Value? {
            guard let tensor = inputs[position] else { return nil }
            let constant = constants.contains(position) ? tensor : nil
            return StepOperands.Value(id: position, type: tensor.type, layout: .rowMajor, constant: constant)
        }
        let y = StepOperands.Value(id: inputs.count, type: output, layout: .rowMajor, constant: nil)
        return StepOperands(inputs: inputs.indices.map(value), outputs: [y])
    }

    var arrangements: [Arrangement] { typedOperator.arrangements(operands) }

    /// Runs everything; each difference is a failed expectation that names the case.
    func check(seed: Int, isEmpty: Bool = false) throws {
        #expect(arrangements.isEmpty == isEmpty, "seed \(seed): arrangements of \(typedOperator)")
        for isa in InstructionSet.available {
            for (number, arrangement) in arrangements.enumerated() {
                var random = SeededGenerator(seed: UInt64(seed * 100 + number))
                let driver = KernelDriver(seed: UInt64(seed))
                var step = operands
                for position in inputs.indices {
                    guard let tensor = inputs[position] else { continue }
                    let layout = layout(arrangement.inputs[position], tensor.type, &random)
                    let constant = constants.contains(position) ? tensor : nil
                    let value = driver.value(tensor.type, layout, constant: constant)
                    driver.write(tensor, to: value)
                    step.inputs[position] = value
                }
                let y = driver.value(output, layout(arrangement.outputs[0], output, &random))
                step.outputs = [y]
                try driver.run(typedOperator.prepare(step, isa: isa))
                let note = "seed \(seed), \(isa): \(typedOperator) of \(step.inputs.map { $0?.type }) into \(y.layout)"
                #expect(sameNumbers(driver.read(y), expected), "\(note)")
                #expect(driver.misfilled(y) == 0, "\(note): halo or lanes past C")
            }
        }
    }

    private func layout(
        _ wanted: OperandLayout?, _ type: TensorType, _ random: inout SeededGenerator
    ) -> PlannedValue.Layout {
        let halo = random.halo()
        let byte = type.elementType.byteCount == 1 ? UInt8(random.integer(0...255)) : 0
        switch wanted {
        case .rowMajor, nil: return .rowMajor
        case .blocked(let least): return .blocked(BlockedLayout(halo: halo.union(least), haloByte: byte))
        case .packedPixels(let least):
            return .blocked(
                BlockedLayout(halo: halo.union(least), channelsPerPixel: type.shape[1], haloByte: byte))
        }
    }
}

/// The same bytes, but that a NaN equals every NaN: which one an operation gives is nobody's promise.
func sameNumbers(_ left: Tensor, _ right: Tensor) -> Bool {
    guard left.type == right.type, left.elementType == .float32 else { return left == right }
    return zip(left.elements(as: Float.self), right.elements(as: Float.self)).allSatisfy {
        $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
    }
}

extension SeededGenerator {
    /// A scale and a zero point of that type, as operators take them; sometimes no zero point.
    mutating func quantization(_ type: ElementType, scales: ClosedRange<Float> = 0.01...0.2) -> [Tensor?] {
        let scale = integer(0...2) == 0 ? 0.125 : Float.random(in: scales, using: &self)
        let isSigned = type == .int8
        let point =
            integer(0...3) == 0 ? [isSigned ? -128 : 0, isSigned ? 127 : 255][integer(0...1)] : integer(0...100)
        let zero = isSigned ? Tensor([Int8(point)], shape: []) : Tensor([UInt8(point)], shape: [])
        return [Tensor(scalar: scale), integer(0...4) == 0 ? nil : zero]
    }

    /// `[N, C, H, W]` or `[N, C, W]`, of sizes that vectors do not divide.
    mutating func imageShape(channels: Int? = nil, size: ClosedRange<Int> = 1...20) -> [Int] {
        let channels = channels ?? [1, 3, 15, 16, 17, 32, 33, 70][integer(0...7)]
        let spatial = [integer(size), integer(size)]
        return [integer(1...2), channels] + (integer(0...3) == 0 ? [spatial[0]] : spatial)
    }
}
