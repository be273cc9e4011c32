import Lowering
import ModelGraph
import Tensors

/// A reduction that `reduce` computes.
protocol KernelReduction: AxisReduction {
    /// How the kernel numbers it.
    static var kernelOperation: Int { get }
}

extension ReduceSum: KernelReduction { static var kernelOperation: Int { 0 } }
extension ReduceMean: KernelReduction { static var kernelOperation: Int { 1 } }
extension ReduceMax: KernelReduction { static var kernelOperation: Int { 2 } }
extension ReduceMin: KernelReduction { static var kernelOperation: Int { 3 } }

extension KernelReduction {
    /// Row-major operands, where there is something to reduce along axes that are known.
    func reductionArrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), let y = step.output(0), x.type.suitsKernels, y.type.suitsKernels,
            x.type.elementType.kernelElement != nil, reducedDimensions(step) != nil
        else { return [] }
        return [Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])]
    }

    /// - Precondition: `reductionArrangements` gave one.
    /// - Throws: `.outOfMemory`.
    func reductionLaunches(_ step: StepOperands, _ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let (x, y) = step.unary
        guard let reduced = reducedDimensions(step) else { preconditionFailure("axes that are not known") }
        let dimensions = ReducedDimensions(x.type.shape, reduced)
        var defines = x.type.elementType.kernelDefines.merging(maker.device.divisionDefines) { $1 }
        defines["OPERATION"] = "\(Self.kernelOperation)"
        defines["IS_BOOL"] = x.type.elementType == .bool ? "1" : "0"
        let count = x.type.elementCount / y.type.elementCount
        // Bits of a count that the element type holds, as far as counts have them.
        let isSigned = [ElementType.int8, .int16, .int32, .int64].contains(x.type.elementType)
        let fits = count < 1 << min(x.type.elementType.byteCount * 8 - (isSigned ? 1 : 0), 32)
        func table(_ list: [ReducedDimensions.Dimension]) throws(HoneError) -> [KernelArgument] {
            // An empty table is never read, but has an address.
            [
                .buffer(try maker.buffer(list.flatMap { [Int32($0.size), Int32($0.stride)] } + [1, 0] as [Int32])),
                try .integer(list.count),
            ]
        }
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id)]
        arguments += try table(dimensions.kept) + table(dimensions.reduced)
        arguments += [
            try .integer(dimensions.rows), try .integer(dimensions.run.size), try .integer(dimensions.run.stride),
        ]
        arguments += [try .integer(y.type.elementCount), .int64(fits ? Int64(count) : 0), .float(Float(count))]
        return [
            KernelLaunch(
                program: KernelProgram(file: "reduce", defines: defines), function: "reduce", arguments: arguments,
                globalSize: [y.type.elementCount])
        ]
    }

    private func reducedDimensions(_ step: StepOperands) -> [Bool]? {
        guard let x = step.input(0) else { return nil }
        guard let axes = step.input(1) else { return try? self.axes.reduced(rank: x.type.rank, input: nil) }
        guard let constant = axes.constant?.integers() else { return nil }
        return try? self.axes.reduced(rank: x.type.rank, input: constant)
    }
}
