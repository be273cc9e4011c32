import Tensors

// Operators that move elements without computing.

extension ChannelTracer {
    /// Ties what an operator that moves elements ties; false for other operators.
    mutating func traceMovement(_ index: Int, _ typed: any Operator) -> Bool {
        let node = graph.nodes[index]
        let operands = operands(node)
        switch typed {
        case let concat as Concat: join(index, Array(node.inputs.indices), axis: concat.axis)
        case let split as Split:
            guard let sizes = try? split.partSizes(operands) else { return false }
            self.split(index, axis: split.axis, sizes)
        case let slice as Slice:
            guard let selections = try? slice.selections(operands) else { return false }
            self.slice(index, selections)
        case let transpose as Transpose:
            guard let data = axes(index, 0), let order = try? transpose.permutation(rank: data.count)
            else { return false }
            set(index, order.map { data[$0] })
        case let pad as Pad:
            guard let data = axes(index, 0), let amounts = try? pad.amounts(operands), amounts.count == data.count
            else { return false }
            self.pad(index, pad, data, amounts)
        case is Resize, is Upsample:
            guard let data = axes(index, 0), let before = shape(node, 0), let after = outputShape(node),
                before.count == after.count
            else { return false }
            keep(index, data, zip(before, after).map { $0 == $1 })
            // Sizes name the number of channels too.
            if node.input(3) != nil { for axis in data { ties.keepCount(axis, reason(index)) } }
        case is Flatten, is Squeeze, is Unsqueeze: reshape(index)
        case is Reshape:
            reshape(index)
            let axes = values[node.outputs[0]] ?? []
            guard let name = node.input(1), graph.constant(name) != nil else {
                for axis in axes { ties.keepCount(axis, reason(index)) }
                return true
            }
            sizeOperands.append(.reshape(node: index, axes: axes))
        case is Shape, is Size: break
        default: return false
        }
        return true
    }

    /// The axes of dimensions that nothing is added to or taken from.
    private mutating func keep(_ index: Int, _ data: [Int?], _ isKept: [Bool]) {
        for (axis, isKept) in zip(data, isKept) where !isKept { ties.freeze(axis, reason(index)) }
        set(index, zip(data, isKept).map { $1 ? $0 : nil })
    }

    /// Constants added beside channels are channels that nobody computes: where they lie among each other does not matter.
    private mutating func pad(_ index: Int, _ pad: Pad, _ data: [Int?], _ amounts: [(before: Int, after: Int)]) {
        var result = data
        for (dimension, amount) in amounts.enumerated() where amount.before != 0 || amount.after != 0 {
            guard let part = data[dimension] else { continue }
            guard pad.mode == .constant, amount.before >= 0, amount.after >= 0 else {
                ties.freeze(part, reason(index))
                result[dimension] = nil
                continue
            }
            let count = ties.sizes[part]
            let whole = ties.newAxis(amount.before + count + amount.after)
            ties.tie(part, to: whole, at: Array(amount.before..<(amount.before + count)))
            result[dimension] = whole
            sizeOperands.append(
                .pad(
                    node: index, dimension: dimension, rank: data.count, whole: whole, before: amount.before,
                    count: count))
        }
        set(index, result)
    }

    /// Concatenation: each input's positions are some of the result's.
    mutating func join(_ index: Int, _ inputs: [Int], axis: Int) {
        let node = graph.nodes[index]
        guard let shape = outputShape(node), let axis = try? Operands.axis(axis, rank: shape.count)
        else { return freezeInputs(index) }
        let parts = inputs.map { axes(index, $0) ?? [Int?](repeating: nil, count: shape.count) }
        let sizes = inputs.map { self.shape(node, $0).map { $0.count == shape.count ? $0[axis] : 0 } ?? 0 }
        guard parts.allSatisfy({ $0.count == shape.count }), sizes.reduce(0, +) == shape[axis]
        else { return freezeInputs(index) }
        var result = parts[0]
        for part in parts.dropFirst() {
            for dimension in result.indices where dimension != axis {
                let other = part[dimension]
                if result[dimension] != nil || other != nil { ties.tie(result[dimension], other, reason(index)) }
                if other == nil { result[dimension] = nil }
            }
        }
        result[axis] = nil
        if parts.contains(where: { $0[axis] != nil }) {
            let whole = ties.newAxis(shape[axis])
            var start = 0
            for (part, size) in zip(parts, sizes) {
                let positions = Array(start..<(start + size))
                if let own = part[axis] {
                    ties.tie(own, to: whole, at: positions)
                } else {
                    let fixed = ties.newAxis(size)
                    ties.tie(fixed, to: whole, at: positions)
                    ties.freeze(fixed, reason(index))
                }
                start += size
            }
            result[axis] = whole
        }
        set(index, result)
    }

    private mutating func split(_ index: Int, axis: Int, _ sizes: [Int]) {
        guard let data = axes(index, 0), let axis = try? Operands.axis(axis, rank: data.count)
        else { return freezeInputs(index) }
        var outputs: [Int] = []
        var start = 0
        for (output, size) in sizes.enumerated() {
            var result = data
            if let whole = data[axis] {
                let part = ties.newAxis(size)
                ties.tie(part, to: whole, at: Array(start..<(start + size)))
                outputs.append(part)
                result[axis] = part
            }
            set(index, result, output: output)
            start += size
        }
        if !outputs.isEmpty { sizeOperands.append(.split(node: index, outputs: outputs)) }
    }

    private mutating func slice(_ index: Int, _ selections: [Slice.Selection]) {
        guard let data = axes(index, 0), let shape = shape(graph.nodes[index], 0), selections.count == data.count
        else { return freezeInputs(index) }
        var result = data
        for (dimension, selection) in selections.enumerated() {
            guard let whole = data[dimension], selection != Slice.Selection(start: 0, step: 1, count: shape[dimension])
            else { continue }
            let part = ties.newAxis(selection.count)
            ties.tie(part, to: whole, at: (0..<selection.count).map { selection.start + $0 * selection.step })
            result[dimension] = part
            if selection.step == 1, selection.count > 0 {
                sizeOperands.append(
                    .slice(
                        node: index, dimension: dimension, rank: data.count, input: whole, output: part,
                        start: selection.start))
            } else {
                ties.keepCount(whole, reason(index))
            }
        }
        set(index, result)
    }

    /// Any new shape of the same elements: dimensions are matched from the front, in the smallest runs of equal products.
    private mutating func reshape(_ index: Int) {
        let node = graph.nodes[index]
        guard let data = axes(index, 0), let before = shape(node, 0), let after = outputShape(node),
            !before.contains(0), !after.contains(0)
        else { return freezeInputs(index) }
        var result = [Int?](repeating: nil, count: after.count)
        for (axis, size) in zip(data, before) where size == 1 { ties.freeze(axis, reason(index)) }
        let sources = before.indices.filter { before[$0] > 1 }
        let targets = after.indices.filter { after[$0] > 1 }
        var (source, target) = (0, 0)
        while source < sources.count, target < targets.count {
            let (firstSource, firstTarget) = (source, target)
            var (left, right) = (before[sources[source]], after[targets[target]])
            (source, target) = (source + 1, target + 1)
            while left != right {
                if left < right {
                    guard source < sources.count else { return freezeInputs(index) }
                    left *= before[sources[source]]
                    source += 1
                } else {
                    guard target < targets.count else { return freezeInputs(index) }
                    right *= after[targets[target]]
                    target += 1
                }
            }
            let run = sources[firstSource..<source]
            let tracked = run.filter { data[$0] != nil }
            guard tracked.count == 1, let dimension = tracked.first, let axis = data[dimension],
                target - firstTarget == 1
            else {
                for dimension in tracked { ties.freeze(data[dimension], reason(index)) }
                continue
            }
            if run.count == 1 {
                result[targets[firstTarget]] = axis
                continue
            }
            // The channel of each position of the run, row-major.
            let inner = run.filter { $0 > dimension }.reduce(1) { $0 * before[$1] }
            let flat = ties.newAxis(right)
            ties.tie(flat, to: axis, at: (0..<right).map { $0 / inner % before[dimension] })
            result[targets[firstTarget]] = flat
        }
        set(index, result)
    }
}
