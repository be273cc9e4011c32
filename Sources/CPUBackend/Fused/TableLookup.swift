import ModelGraph
import Runtime
import Tensors

extension ModelGraph.TableLookup: CPUOperator {
    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), step.input(1)?.constant != nil else { return [] }
        let rowMajor = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
        guard BlockedShape(x.type, BlockedLayout()) != nil else { return [rowMajor] }
        return [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()]), rowMajor]
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        guard let x = step.input(0), let y = step.output(0), let table = step.input(1)?.constant else {
            preconditionFailure("a form that arrangements refused")
        }
        return ByteTable(x: x, y: y, table: table.withUnsafeBytes { Array($0) }, isa: isa)
    }
}
