import ModelGraph
import Tensors

/// `Q(f(DQ(x)))`: operands x, its scale and zero point, those of the result.
protocol QuantizedTableOperator: CPUOperator {
    func apply(_ x: Float) -> Float
}

extension QuantizedTableOperator {
    package var packedInputs: [Int] { [1, 2, 3, 4] }

    package func arrangements(_ step: StepOperands) -> [Arrangement] {
        guard let x = step.input(0), TensorQuantization(step, scale: 1, zeroPoint: 2, x.type.elementType) != nil,
            TensorQuantization(step, scale: 3, zeroPoint: 4, x.type.elementType) != nil
        else { return [] }
        return step.unaryArrangements
    }

    package func prepare(_ step: StepOperands, isa: InstructionSet) throws(HoneError) -> any CPUKernel {
        let (x, y) = step.unary
        let type = x.type.elementType
        guard let from = try TensorQuantization(step, scale: 1, zeroPoint: 2, type)?.checked(),
            let to = try TensorQuantization(step, scale: 3, zeroPoint: 4, type)?.checked()
        else { preconditionFailure("a form that arrangements refused") }
        let table = (0...UInt8.max).map { to.byte(apply(from.real(ofByte: $0))) }
        return ByteTable(x: x, y: y, table: table, isa: isa)
    }
}
