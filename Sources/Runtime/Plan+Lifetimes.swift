extension Plan {
    /// Counts the steps that touch each value anew; values that none touches take no memory.
    package mutating func setLifetimes() {
        var touched: [ValueID: ClosedRange<Int>] = [:]
        for step in steps {
            for case let value? in step.inputs + step.outputs {
                touched[value] = min(touched[value]?.lowerBound ?? step.index, step.index)...step.index
            }
        }
        for value in inputs { touched[value] = -1...(touched[value]?.upperBound ?? -1) }
        for value in outputs { touched[value] = (touched[value]?.lowerBound ?? -1)...steps.count }
        for index in values.indices {
            if let lifetime = touched[index] {
                values[index].lifetime = lifetime
            } else if case .arena = values[index].place {
                values[index].place = .unused
            }
        }
    }
}
