import Lowering
import ModelGraph
import Tensors

extension AxisLines {
    /// The launch of a kernel that has an item for each line, and takes `length` and `inner` after its memory.
    ///
    /// - Throws: `.unsupported` if a size does not fit 32 bits.
    func launch(
        _ program: KernelProgram, _ function: String, _ memory: [KernelArgument], _ more: [KernelArgument] = []
    ) throws(HoneError) -> KernelLaunch {
        KernelLaunch(
            program: program, function: function,
            arguments: memory + [try .integer(length), try .integer(inner)] + more,
            globalSize: [inner, outer])
    }

    /// The launch of a softmax of float lines, or its logarithm.
    ///
    /// - Throws: `.unsupported` if a size does not fit 32 bits.
    func softmaxLaunch(_ step: StepOperands, isLogarithm: Bool) throws(HoneError) -> KernelLaunch {
        let (x, y) = step.unary
        let items = 128
        let program = KernelProgram(
            file: "softmax", defines: ["IS_LOG": isLogarithm ? "1" : "0", "ITEMS": "\(items)"])
        // Short lines are not worth a work-group.
        guard inner == 1, length >= items / 2 else {
            return try launch(program, "softmax_across", [.value(x.id), .value(y.id)])
        }
        return KernelLaunch(
            program: program, function: "softmax", arguments: [.value(x.id), .value(y.id), try .integer(length)],
            globalSize: [items, outer], localSize: [items, 1])
    }
}

extension StepOperands {
    /// Input 0 and output 0 row-major, where there is something to compute and the element type is the kernel's.
    func rowMajorArrangements(_ elementTypes: Set<ElementType>) -> [Arrangement] {
        guard let x = input(0), x.type.suitsKernels, elementTypes.contains(x.type.elementType) else { return [] }
        return [Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])]
    }
}
