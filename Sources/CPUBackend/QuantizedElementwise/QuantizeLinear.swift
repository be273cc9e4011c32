import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

extension QuantizeLinear: CPUOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), x.type.elementType == .float32, let y = step.output(0),
            attributes.isPerTensor(step),
            TensorQuantization(step, scale: 1, zeroPoint: 2, y.type.elementType) != nil
        else { return [] }
        let rowMajor = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
        guard x.type.isImage else { return [rowMajor] }
        let blocked = Arrangement(inputs: [0: .rowMajor], outputs: [0: .blocked()])
        let packed = Arrangement(inputs: [0: .rowMajor], outputs: [0: .packedPixels()])
        // A convolution of few channels reads packed pixels.
        let fromRowMajor = x.type.shape[1] < BlockedLayout.groupChannels ? [packed, blocked] : [blocked]
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()])] + fromRowMajor + [rowMajor]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let x = step.input(0), let y = step.output(0),
            let quantization = try TensorQuantization(step, scale: 1, zeroPoint: 2, y.type.elementType)?.checked()
        else { preconditionFailure("a form that arrangements refused") }
        let store = quantization.store(isBlocked: y.blocked != nil)
        if x.blocked == nil, y.blocked == nil { return QuantizeRun(x: x, y: y, store: store, isa: isa.mk) }
        return QuantizeRows(
            x: x, y: y, store: store, walk: LayoutWalk(from: x, to: y), isa: isa.mk)
    }
}

extension MicrosoftQuantizeLinear: CPUOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { standard.arrangements(step) }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try standard.prepare(step, isa: isa)
    }
}

/// Row-major to row-major: any shape, in runs.
private struct QuantizeRun: CPUKernel {
    let x: StepOperands.Value
    let y: StepOperands.Value
    let store: mk_u8_store
    let isa: mk_isa

    func run(_ memory: PlanMemory) throws(HoneError) {
        let from = memory[x.id].assumingMemoryBound(to: Float.self)
        let to = memory[y.id].assumingMemoryBound(to: UInt8.self)
        FlatTasks(count: x.type.elementCount).forEach { run in
            withUnsafePointer(to: store) {
                mk_quantize_f32(isa, to + run.lowerBound, from + run.lowerBound, run.count, $0)
            }
        }
    }
}

private struct QuantizeRows: CPUKernel {
    let x: StepOperands.Value
    let y: StepOperands.Value
    let store: mk_u8_store
    let walk: LayoutWalk
    let isa: mk_isa

    func run(_ memory: PlanMemory) throws(HoneError) {
        let (from, to) = (memory[x.id], memory[y.id])
        walk.forEach(into: to) { piece in
            withUnsafePointer(to: store) {
                mk_quantize_elements(
                    isa, (to + piece.target).assumingMemoryBound(to: UInt8.self), walk.target.strides,
                    (from + piece.source).assumingMemoryBound(to: Float.self), walk.source.strides, piece.rows,
                    walk.columns, piece.lanes, $0)
            }
        }
    }
}
