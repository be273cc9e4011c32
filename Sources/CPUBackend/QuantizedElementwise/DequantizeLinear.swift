import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

extension DequantizeLinear: CPUOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), let y = step.output(0), y.type.elementType == .float32,
            attributes.isPerTensor(step),
            TensorQuantization(step, scale: 1, zeroPoint: 2, x.type.elementType) != nil
        else { return [] }
        let rowMajor = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
        guard x.type.isImage else { return [rowMajor] }
        return [
            Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()]),
            Arrangement(inputs: [0: .blocked()], outputs: [0: .rowMajor]), rowMajor,
            Arrangement(inputs: [0: .rowMajor], outputs: [0: .blocked()]),
        ]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let x = step.input(0), let y = step.output(0),
            let quantization = try TensorQuantization(step, scale: 1, zeroPoint: 2, x.type.elementType)?.checked()
        else { preconditionFailure("a form that arrangements refused") }
        let load = quantization.load(isBlocked: x.blocked != nil)
        if x.blocked == nil, y.blocked == nil { return DequantizeRun(x: x, y: y, load: load, isa: isa.mk) }
        return DequantizeRows(x: x, y: y, load: load, walk: LayoutWalk(from: x, to: y), isa: isa.mk)
    }
}

extension MicrosoftDequantizeLinear: CPUOperator {
    package var packedInputs: [Int] { [1, 2] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { standard.arrangements(step) }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        try standard.prepare(step, isa: isa)
    }
}

/// Row-major to row-major: any shape, in runs.
private struct DequantizeRun: CPUKernel {
    let x: StepOperands.Value
    let y: StepOperands.Value
    let load: mk_u8_load
    let isa: mk_isa

    func run(_ memory: PlanMemory) throws(HoneError) {
        let from = memory[x.id].assumingMemoryBound(to: UInt8.self)
        let to = memory[y.id].assumingMemoryBound(to: Float.self)
        FlatTasks(count: x.type.elementCount).forEach { run in
            withUnsafePointer(to: load) {
                mk_dequantize_u8(isa, to + run.lowerBound, from + run.lowerBound, run.count, $0)
            }
        }
    }
}

private struct DequantizeRows: CPUKernel {
    let x: StepOperands.Value
    let y: StepOperands.Value
    let load: mk_u8_load
    let walk: LayoutWalk
    let isa: mk_isa

    func run(_ memory: PlanMemory) throws(HoneError) {
        let (from, to) = (memory[x.id], memory[y.id])
        walk.forEach(into: to) { piece in
            withUnsafePointer(to: load) {
                mk_dequantize_elements(
                    isa, (to + piece.target).assumingMemoryBound(to: Float.self), walk.target.strides,
                    (from + piece.source).assumingMemoryBound(to: UInt8.self), walk.source.strides, piece.rows,
                    walk.columns, piece.lanes, $0)
            }
        }
    }
}
