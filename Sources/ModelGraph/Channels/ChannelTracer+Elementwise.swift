import Tensors

// Operators that compute each element from those at the same place.

extension ChannelTracer {
    /// Ties what an elementwise operator, a softmax or a reduction ties; false for other operators.
    mutating func traceElementwise(_ index: Int, _ typed: any Operator) -> Bool {
        switch typed {
        case is Relu, is LeakyRelu, is Clip, is Sigmoid, is HardSigmoid, is HardSwish, is Tanh, is Elu, is Swish,
            is Abs,
            is Neg, is Sqrt, is Exp, is Cast, is Identity, is Not, is Clamp, is TableLookup:
            set(index, axes(index, 0) ?? [])
        case is Dropout:
            // A mask that somebody reads would need axes too.
            guard graph.nodes[index].outputs.dropFirst().allSatisfy(\.isEmpty) else { return false }
            set(index, axes(index, 0) ?? [])
        case is Add, is Sub, is Mul, is Div, is Max, is Min, is Mean, is Sum, is Pow, is PRelu, is Where, is Equal:
            broadcast(index, Array(graph.nodes[index].inputs.indices))
        case let softmax as Softmax: lines(index, softmax.axis)
        case let softmax as LogSoftmax: lines(index, softmax.axis)
        case let reduction as any AxisReduction: reduce(index, reduction)
        default: return false
        }
        return true
    }

    /// Numpy broadcasting of some inputs: dimensions are aligned at the end, and where two have channels they are the same.
    mutating func broadcast(_ index: Int, _ inputs: [Int]) {
        guard let shape = outputShape(graph.nodes[index]) else { return freezeInputs(index) }
        var result = [Int?](repeating: nil, count: shape.count)
        var isFixed = [Bool](repeating: false, count: shape.count)
        for input in inputs {
            guard let own = axes(index, input), let sizes = self.shape(graph.nodes[index], input),
                own.count <= shape.count
            else { continue }
            for dimension in own.indices where sizes[dimension] > 1 {
                let target = dimension + shape.count - own.count
                guard let axis = own[dimension] else {
                    isFixed[target] = true
                    continue
                }
                if result[target] == nil {
                    result[target] = axis
                } else {
                    ties.tie(result[target], axis, reason(index))
                }
            }
        }
        for target in shape.indices where isFixed[target] {
            ties.freeze(result[target], reason(index))
            result[target] = nil
        }
        set(index, result)
    }

    /// What is summed over stays as it is.
    mutating func lines(_ index: Int, _ softmax: SoftmaxAxis) {
        guard let data = axes(index, 0), let first = try? Operands.axis(softmax.axis, rank: data.count)
        else { return freezeInputs(index) }
        let summed = softmax.flattens ? first..<data.count : first..<(first + 1)
        for dimension in summed { ties.freeze(data[dimension], reason(index)) }
        set(index, data.indices.map { summed.contains($0) ? nil : data[$0] })
    }

    private mutating func reduce(_ index: Int, _ reduction: any AxisReduction) {
        let operands = operands(graph.nodes[index])
        guard let data = axes(index, 0),
            let reduced = try? reduction.axes.reduced(rank: data.count, input: try operands.integers(1))
        else { return freezeInputs(index) }
        reduce(index, data, reduced, keepsDimensions: reduction.axes.keepsDimensions)
    }

    mutating func reduce(_ index: Int, _ data: [Int?], _ reduced: [Bool], keepsDimensions: Bool) {
        var result: [Int?] = []
        for (axis, isReduced) in zip(data, reduced) {
            if isReduced { ties.freeze(axis, reason(index)) }
            if !isReduced || keepsDimensions { result.append(isReduced ? nil : axis) }
        }
        set(index, result)
    }
}
