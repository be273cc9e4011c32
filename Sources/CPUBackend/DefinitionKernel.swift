import Lowering
import Runtime
import Tensors

/// A step computed by its operator's definition, on row-major memory.
struct DefinitionKernel: CPUKernel {
    let definition: any HostKernel
    let operands: StepOperands
    let detail: String? = "definition"

    func run(_ memory: PlanMemory) throws(HoneError) {
        let outputs = operands.outputs.map { value in
            value.map { MutableTensorView(type: $0.type, bytes: memory.bytes(of: $0)) }
        }
        // Where there is nothing to compute, a kernel might still prepare for dimensions beside the 0 that are huge.
        guard outputs.contains(where: { $0.map { $0.elementCount > 0 } ?? false }) else { return }
        let inputs = operands.inputs.map { value in
            value.map { TensorView(type: $0.type, bytes: UnsafeRawBufferPointer(memory.bytes(of: $0))) }
        }
        try definition.run(inputs: inputs, outputs: outputs)
    }
}

extension PlanMemory {
    /// The bytes of a row-major value.
    fileprivate func bytes(of value: StepOperands.Value) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: self[value.id], count: value.type.byteCount)
    }
}
