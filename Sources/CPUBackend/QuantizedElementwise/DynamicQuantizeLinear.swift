import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

extension DynamicQuantizeLinear: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), x.type.elementType == .float32, x.type.elementCount > 0 else { return [] }
        let outputs = step.outputs.indices.filter { step.output($0) != nil }
        return [
            Arrangement(
                inputs: [0: .rowMajor],
                outputs: Dictionary(uniqueKeysWithValues: outputs.map { ($0, OperandLayout.rowMajor) }))
        ]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let x = step.input(0) else { preconditionFailure("the input is absent") }
        return try DynamicQuantization(
            input: x.id, count: x.type.elementCount, bytes: step.output(0)?.id, scale: step.output(1)?.id,
            zeroPoint: step.output(2)?.id)
    }
}

/// Finds the range of a value and quantizes it to uint8, in runs of elements that threads share.
private final class DynamicQuantization: CPUKernel {
    /// Elements of a run: 256 KiB of floats.
    private static let run = 1 << 16

    private let (input, count): (Plan.ValueID, Int)
    private let (bytes, scale, zeroPoint): (Plan.ValueID?, Plan.ValueID?, Plan.ValueID?)
    private let runs: Int
    /// The lowest, then the highest of each run.
    private let extremes: AlignedArray<Float>

    init(
        input: Plan.ValueID, count: Int, bytes: Plan.ValueID?, scale: Plan.ValueID?, zeroPoint: Plan.ValueID?
    ) throws(HoneError) {
        (self.input, self.count) = (input, count)
        (self.bytes, self.scale, self.zeroPoint) = (bytes, scale, zeroPoint)
        runs = (count - 1) / DynamicQuantization.run + 1
        extremes = try AlignedArray(room: 2 * runs, for: "the ranges of runs")
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let extremes = extremes.address
        let x = UnsafePointer(memory[input].assumingMemoryBound(to: Float.self))
        forEachRun { run, first, length in
            mk_range_with_zero(x + first, length, extremes + 2 * run, extremes + 2 * run + 1)
        }
        var (lowest, highest): (Float, Float) = (0, 0)
        for run in 0..<runs {
            if extremes[2 * run] < lowest { lowest = extremes[2 * run] }
            if extremes[2 * run + 1] > highest { highest = extremes[2 * run + 1] }
        }
        // Of zeros alone any scale is right; ONNX Runtime gives 1.
        let range = (highest - lowest) / 255
        let step = range > 0 ? range : 1
        let zero = quantize(0 - lowest, scale: step, zeroPoint: 0, range: .uint8)
        if let bytes {
            let q = memory[bytes].assumingMemoryBound(to: UInt8.self)
            forEachRun { _, first, length in
                mk_quantize_u8(x + first, length, step, Float(-zero), Float(255 - zero), zero, q + first)
            }
        }
        if let scale { memory[scale].storeBytes(of: step, as: Float.self) }
        if let zeroPoint { memory[zeroPoint].storeBytes(of: UInt8(truncatingIfNeeded: zero), as: UInt8.self) }
    }

    private func forEachRun(_ body: (_ run: Int, _ first: Int, _ count: Int) -> Void) {
        HostThreads.forEach(count: runs) { run in
            let first = run * DynamicQuantization.run
            body(run, first, min(DynamicQuantization.run, count - first))
        }
    }
}
