import Lowering
import ModelGraph
import OpenCLBackend
import ReferenceBackend
import Runtime
import Tensors
import Testing

/// One operator in every arrangement that it offers on the device, compared with its definition.
struct OperatorTrial {
    let typedOperator: any OpenCLOperator
    /// By position; nil for an absent optional input.
    let inputs: [Tensor?]
    /// Positions that are known when the plan is made.
    let constants: Set<Int>
    let outputs: [TensorType]
    let expected: [Tensor]

    /// - Throws: what the operator says of its attributes and operands, and its definition of their values.
    init<Kind: OpenCLOperator>(
        _ kind: Kind.Type, opset: Int, _ attributes: [String: AttributeValue] = [:], _ inputs: [Tensor?],
        constants: Set<Int> = [], outputCount: Int = 1
    ) throws {
        let node = Node(
            Kind.identifier.type, domain: Kind.identifier.domain, inputs: inputs.map { $0 == nil ? "" : "x" },
            outputs: (0..<outputCount).map { "y\($0)" }, attributes: attributes)
        var reader = AttributeReader(node, opset: opset)
        typedOperator = try Kind(&reader)
        self.inputs = inputs
        self.constants = constants.union(typedOperator.planTimeInputs)
        let operands = Operands(
            types: inputs.map { $0?.type },
            values: inputs.indices.map { [known = self.constants] in known.contains($0) ? inputs[$0] : nil },
            outputCount: outputCount)
        // Backends see every floating-point type as float32.
        outputs = try typedOperator.inferTypes(operands).map { TensorType($0.elementType.computeType, $0.shape) }
        expected = try ReferenceBackend().evaluate(typedOperator, inputs: inputs, outputTypes: outputs)
    }

    /// Types and constants, as they are known before layouts are decided.
    private var operands: StepOperands {
        func value(_ position: Int) -> StepOperands.Value? {
            guard let tensor = inputs[position] else { return nil }
            let constant = constants.contains(position) ? tensor : nil
            return StepOperands.Value(id: position, type: tensor.type, layout: .rowMajor, constant: constant)
        }
        let results = outputs.indices.map {
            StepOperands.Value(id: inputs.count + $0, type: outputs[$0], layout: .rowMajor, constant: nil)
        }
        return StepOperands(inputs: inputs.indices.map(value), outputs: results)
    }

    /// Runs everything; each difference is a failed expectation that names the case.
    ///
    /// - Parameters:
    ///   - count: how many arrangements there must be.
    ///   - tolerance: of floats, relative to the greater of the expected number and 1; 0 for the same bits.
    func check(seed: Int, count: Int? = nil, tolerance: Float = 0) throws {
        let queue = try OpenCLDevices.queue()
        let arrangements = typedOperator.arrangements(operands, on: queue.context.device.info)
        let name = "\(type(of: typedOperator))"
        if let count {
            #expect(arrangements.count == count, "seed \(seed): arrangements of \(name)")
        } else {
            #expect(!arrangements.isEmpty, "seed \(seed): arrangements of \(name)")
        }
        for (number, arrangement) in arrangements.enumerated() {
            var random = TrialValues(seed: seed * 100 + number)
            var memory = TrialMemory(queue)
            var step = operands
            for position in inputs.indices {
                guard let tensor = inputs[position] else { continue }
                step.inputs[position] = try memory.value(
                    tensor.type, layout(arrangement.inputs[position], tensor.type, &random), tensor,
                    isConstant: constants.contains(position))
            }
            step.outputs = []
            for (position, type) in outputs.enumerated() {
                step.outputs.append(
                    try memory.value(type, layout(arrangement.outputs[position], type, &random), nil))
            }
            let maker = LaunchMaker(queue: queue)
            maker.beginStep()
            let launches = try typedOperator.launches(step, maker)
            for launch in launches {
                try queue.enqueue(try maker.bind(launch) { [memory] id in memory.buffer(id) })
            }
            try queue.finish()
            for (position, y) in step.outputs.enumerated() {
                guard let y else { continue }
                let (elements, misfilled) = try memory.read(y)
                let note = "seed \(seed): \(name) of \(step.inputs.map { $0?.type }) into \(y.layout)"
                #expect(agree(elements, expected[position], tolerance), "\(note)")
                #expect(misfilled == 0, "\(note): halo, lanes past C or slack")
            }
        }
    }

    private func layout(
        _ wanted: OperandLayout?, _ type: TensorType, _ random: inout TrialValues
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

    /// The same bytes, but that a NaN equals every NaN: which one an operation gives is nobody's promise.
    private func agree(_ left: Tensor, _ right: Tensor, _ tolerance: Float) -> Bool {
        guard left.type == right.type, left.elementType == .float32 else { return left == right }
        return zip(left.elements(as: Float.self), right.elements(as: Float.self)).allSatisfy {
            $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN)
                || abs($0 - $1) <= tolerance * max(1, abs($1))
        }
    }
}
