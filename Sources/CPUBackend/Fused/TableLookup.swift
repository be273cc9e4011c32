import Lowering
import ModelGraph
import Runtime
import Tensors

extension ModelGraph.TableLookup: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), step.input(1)?.constant != nil else { return [] }
        var layouts: [OperandLayout] = [.rowMajor]
        if BlockedShape(x.type, BlockedLayout()) != nil {
            layouts.insert(.blocked(), at: 0)
            // The image of a network whose file turns uint8 into int8 before the first convolution, which reads such pixels.
            if 1..<BlockedLayout.groupChannels ~= x.type.shape[1] { layouts.insert(.packedPixels(), at: 0) }
        }
        return layouts.map { Arrangement(inputs: [0: $0], outputs: [0: $0]) }
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let x = step.input(0), let y = step.output(0), let table = step.input(1)?.constant else {
            preconditionFailure("a form that arrangements refused")
        }
        return ByteTable(x: x, y: y, table: table.withUnsafeBytes { Array($0) }, isa: isa)
    }
}
