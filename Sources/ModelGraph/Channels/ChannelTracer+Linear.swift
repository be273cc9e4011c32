import Tensors

// Convolutions, products, normalizations and pools.

extension ChannelTracer {
    /// Ties what a convolution, a product or a normalization ties; false for other operators.
    mutating func traceLinear(_ index: Int, _ typed: any Operator) -> Bool {
        switch typed {
        case let conv as Conv: convolution(index, conv.group, weight: 1, perOutput: [2])
        case let conv as FusedConv: convolution(index, conv.base.group, weight: 1, perOutput: [2])
        case let conv as ConvInteger: convolution(index, conv.group, weight: 1, perOutput: [3])
        case let conv as QLinearConv: convolution(index, conv.group, weight: 3, perOutput: [4, 5, 8])
        case let conv as FusedQLinearConv: convolution(index, conv.base.group, weight: 3, perOutput: [4, 5, 8])
        case let conv as ConvTranspose: transposedConvolution(index, conv)
        case let gemm as Gemm: self.gemm(index, gemm, addend: 2)
        case let gemm as FusedGemm: self.gemm(index, gemm.base, addend: 2)
        case let gemm as QGemm: quantizedGemm(index, gemm)
        case let gemm as FusedQGemm: quantizedGemm(index, gemm.base)
        case is MatMul: product(index, left: 0, right: 1, perRow: [], perColumn: [], addends: [])
        case is MatMulInteger: product(index, left: 0, right: 1, perRow: [2], perColumn: [3], addends: [])
        case is QLinearMatMul, is FusedQLinearMatMul:
            product(index, left: 0, right: 3, perRow: [1, 2], perColumn: [4, 5], addends: [])
        case is BatchNormalization: perChannel(index, 1...4)
        case is InstanceNormalization: perChannel(index, 1...2)
        case is MaxPool, is AveragePool, is GlobalAveragePool, is GlobalMaxPool: pool(index, channelsLast: false)
        case let pool as QLinearAveragePool: self.pool(index, channelsLast: pool.channelsLast)
        case let pool as QLinearGlobalAveragePool: self.pool(index, channelsLast: pool.channelsLast)
        default: return false
        }
        return true
    }

    /// An input of one element for each channel, or of one for all.
    mutating func tieVector(_ index: Int, _ input: Int, to axis: Int?) {
        guard let own = axes(index, input) else { return }
        if let vector = own.last, let vector { ties.tie(vector, axis, reason(index)) }
        for other in own.dropLast() { ties.freeze(other, reason(index)) }
    }

    private mutating func convolution(_ index: Int, _ group: Int, weight: Int, perOutput: [Int]) {
        let node = graph.nodes[index]
        let isFixed = node.input(weight).map { graph.constant($0) == nil } ?? true
        guard let shape = shape(node, weight), shape.count >= 3, shape[0] % group == 0, let data = axes(index, 0),
            data.count == shape.count
        else { return freezeInputs(index) }
        // With one input each, every output hangs on its own input; with several, groups share the weights' columns.
        let isDepthwise = group > 1 && shape[1] == 1
        let weights = axes(index, weight, dimensions: group == 1 ? [0, 1] : [0]) ?? []
        for axis in weights.dropFirst(group == 1 ? 2 : 1) { ties.freeze(axis, reason(index)) }
        var output: Int?
        if let rows = weights.first ?? nil {
            output = ties.newAxis(shape[0])
            ties.tie(rows, output, reason(index))
        }
        if group == 1 {
            ties.tie(weights[1], data[1], reason(index))
        } else if isDepthwise, let input = data[1], let output {
            let multiplier = shape[0] / group
            ties.tie(output, to: input, at: (0..<shape[0]).map { $0 / multiplier })
            sizeOperands.append(.depthwise(node: index, input: input))
        } else if let input = data[1], let output, !isFixed, !isDepthwise {
            grouped(index, group, weight, input: input, output: output)
        } else {
            ties.freeze(data[1], reason(index))
            ties.freeze(output, reason(index))
        }
        for input in perOutput { tieVector(index, input, to: output) }
        var result = [Int?](repeating: nil, count: data.count)
        result[1] = output
        set(index, result)
    }

    /// Channels may change places inside of a group, and the groups keep their sizes.
    private mutating func grouped(_ index: Int, _ groups: Int, _ weight: Int, input: Int, output: Int) {
        for axis in [input, output] {
            let size = ties.sizes[axis] / groups
            for group in 0..<groups {
                // A place of its own in each channel's description: channels of other groups differ in it.
                let part = ties.newAxis(size)
                ties.tie(part, to: axis, at: Array((group * size)..<((group + 1) * size)))
            }
            ties.keepCount(axis, "\(reason(index)): its groups are of one size")
        }
        constants[constants.count - 1].groupedInput = (input, groups)
    }

    private mutating func transposedConvolution(_ index: Int, _ conv: ConvTranspose) {
        guard conv.group == 1, let data = axes(index, 0), let weights = axes(index, 1, dimensions: [0, 1]),
            data.count >= 2, weights.count == data.count, let shape = shape(graph.nodes[index], 1)
        else { return freezeInputs(index) }
        ties.tie(weights[0], data[1], reason(index))
        for axis in weights.dropFirst(2) { ties.freeze(axis, reason(index)) }
        var output: Int?
        if let columns = weights[1] {
            output = ties.newAxis(shape[1])
            ties.tie(columns, output, reason(index))
        }
        tieVector(index, 2, to: output)
        var result = [Int?](repeating: nil, count: data.count)
        result[1] = output
        set(index, result)
    }

    private mutating func gemm(_ index: Int, _ gemm: Gemm, addend: Int) {
        matrices(
            index, left: 0, right: 1, flipsLeft: gemm.transposesA, flipsRight: gemm.transposesB, perRow: [],
            perColumn: [], addends: [addend])
    }

    private mutating func quantizedGemm(_ index: Int, _ gemm: QGemm) {
        matrices(
            index, left: 0, right: 3, flipsLeft: gemm.transposesA, flipsRight: gemm.transposesB, perRow: [1, 2],
            perColumn: [4, 5], addends: [6])
    }

    private mutating func product(
        _ index: Int, left: Int, right: Int, perRow: [Int], perColumn: [Int], addends: [Int]
    ) {
        matrices(
            index, left: left, right: right, flipsLeft: false, flipsRight: false, perRow: perRow, perColumn: perColumn,
            addends: addends)
    }

    /// The product of two matrices, or of stacks of them: the last two dimensions.
    private mutating func matrices(
        _ index: Int, left: Int, right: Int, flipsLeft: Bool, flipsRight: Bool, perRow: [Int], perColumn: [Int],
        addends: [Int]
    ) {
        let node = graph.nodes[index]
        guard var a = axes(index, left), var b = axes(index, right), a.count >= 2, b.count >= 2,
            let shape = outputShape(node), shape.count == max(a.count, b.count)
        else { return freezeInputs(index) }
        if flipsLeft { a.swapAt(0, 1) }
        if flipsRight { b.swapAt(0, 1) }
        ties.tie(a[a.count - 1], b[b.count - 2], reason(index))
        for axis in b.dropLast(2) { ties.freeze(axis, reason(index)) }
        // Leading dimensions follow the left operand where the right one has none.
        var result = [Int?](repeating: nil, count: shape.count)
        if b.count == 2 {
            for dimension in 0..<(a.count - 1) { result[dimension] = a[dimension] }
        } else {
            for axis in a.dropLast(1) { ties.freeze(axis, reason(index)) }
        }
        result[shape.count - 1] = b[b.count - 1]
        for input in perColumn { tieVector(index, input, to: b[b.count - 1]) }
        for input in perRow {
            // One for each row of a constant would move with it; that is rare enough to stay as it is.
            for axis in axes(index, input) ?? [] where axis != nil {
                ties.freeze(axis, reason(index))
                ties.freeze(a[a.count - 2], reason(index))
            }
        }
        for input in addends { tieVector(index, input, to: b[b.count - 1]) }
        set(index, result)
    }

    private mutating func perChannel(_ index: Int, _ parameters: ClosedRange<Int>) {
        guard let data = axes(index, 0), data.count >= 2 else { return freezeInputs(index) }
        for input in parameters { tieVector(index, input, to: data[1]) }
        set(index, data)
    }

    private mutating func pool(_ index: Int, channelsLast: Bool) {
        guard let data = axes(index, 0), data.count >= 3, graph.nodes[index].outputs.dropFirst().allSatisfy(\.isEmpty)
        else { return freezeInputs(index) }
        let channel = channelsLast ? data.count - 1 : 1
        for dimension in data.indices where dimension != channel { ties.freeze(data[dimension], reason(index)) }
        set(index, data.indices.map { $0 == channel ? data[$0] : nil })
    }
}
