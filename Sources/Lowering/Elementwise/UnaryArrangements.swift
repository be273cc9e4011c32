import ModelGraph

extension StepOperands {
    /// Input 0 and output 0 alike: blocked where the type allows, or row-major.
    package var unaryArrangements: [Arrangement] {
        guard let x = input(0) else { return [] }
        let rowMajor = Arrangement(inputs: [0: .rowMajor], outputs: [0: .rowMajor])
        return x.type.isImage ? [Arrangement(inputs: [0: .blocked()], outputs: [0: .blocked()]), rowMajor] : [rowMajor]
    }

    /// Input 0 and output 0 of an operator on one tensor.
    ///
    /// - Precondition: both are there, as `inferTypes` has checked.
    package var unary: (x: Value, y: Value) {
        guard let x = input(0), let y = output(0) else { preconditionFailure("an operand is absent") }
        return (x, y)
    }
}
