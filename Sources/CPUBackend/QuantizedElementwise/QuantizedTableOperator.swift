import Lowering
import ModelGraph
import Tensors

/// A quantized function of one byte, which the kernel looks up.
protocol QuantizedTableOperator: CPUOperator, QuantizedFunction {}

extension QuantizedTableOperator {
    package var packedInputs: [Int] { parameterInputs }

    package func arrangements(_ step: StepOperands) -> [Arrangement] { tableArrangements(step) }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        return ByteTable(x: x, y: y, table: try table(step), isa: isa)
    }
}
