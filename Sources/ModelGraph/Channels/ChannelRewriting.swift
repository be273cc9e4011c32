import Tensors

/// What has to be known to rewrite a graph's constants after its channels were reordered or removed.
struct ChannelRewriting: Sendable {
    /// An axis with channels: by position the channel, and its rank among the positions of that channel.
    private struct Axis: Sendable {
        let members: [ChannelGroups.Member?]
        let ranks: [Int]
    }

    private struct Constant: Sendable {
        let node: Int
        let input: Int
        let axes: [Int?]
        let grouped: (axis: Int, groups: Int)?
    }

    private let axes: [Axis]
    private let constants: [Constant]
    private let sizeOperands: [ChannelTracer.SizeOperand]

    init(_ tracer: ChannelTracer, _ partition: ChannelPartition) {
        axes = zip(partition.members, partition.ranks).map { Axis(members: $0, ranks: $1) }
        constants = tracer.constants.map {
            Constant(node: $0.node, input: $0.input, axes: $0.axes, grouped: $0.groupedInput)
        }
        sizeOperands = tracer.sizeOperands
    }

    /// For each position that an axis will have, the one that it has now; nil where nothing changes.
    ///
    /// A channel takes the place of another with all its positions, each that of the same rank.
    func gather(_ axis: Int, _ orders: [Int: [Int]]) -> [Int]? {
        struct Place: Hashable {
            let member: ChannelGroups.Member
            let rank: Int
        }
        let own = axes[axis]
        guard own.members.contains(where: { $0.map { orders[$0.group] != nil } ?? false }) else { return nil }
        var positions: [Place: Int] = [:]
        for (position, member) in own.members.enumerated() {
            if let member { positions[Place(member: member, rank: own.ranks[position])] = position }
        }
        var gather: [Int] = []
        for (position, member) in own.members.enumerated() {
            guard let member, let order = orders[member.group] else {
                gather.append(position)
                continue
            }
            guard member.number < order.count else { continue }
            let source = ChannelGroups.Member(group: member.group, number: order[member.number])
            // Channels of a group have the same places on every axis.
            guard let from = positions[Place(member: source, rank: own.ranks[position])] else {
                preconditionFailure("channels of group \(member.group) differ")
            }
            gather.append(from)
        }
        return gather == Array(own.members.indices) ? nil : gather
    }

    /// Whether a position of an axis is among the places that its group keeps: the first ones.
    private func isKept(_ position: Int, _ axis: Int, _ orders: [Int: [Int]]) -> Bool {
        guard let member = axes[axis].members[position], let order = orders[member.group] else { return true }
        return member.number < order.count
    }

    /// The graph with every constant and every size rewritten.
    func apply(_ orders: [Int: [Int]], to graph: Graph) throws(HoneError) -> Graph {
        var editor = ChannelEditor(graph)
        var gathers: [Int: [Int]] = [:]
        for axis in axes.indices { gathers[axis] = gather(axis, orders) }
        for constant in constants {
            var own = constant.axes.map { $0.flatMap { gathers[$0] } }
            if let grouped = constant.grouped {
                let columns = gathers[grouped.axis] ?? Array(axes[grouped.axis].members.indices)
                guard own[0] != nil || gathers[grouped.axis] != nil else { continue }
                editor.rewrite(constant.node, constant.input) { $0.gatheredInGroups(own[0], columns, grouped.groups) }
                own[0] = nil
            } else if own.contains(where: { $0 != nil }) {
                editor.rewrite(constant.node, constant.input) { $0.gathered(own) }
            }
        }
        var sizes: [Int: Int] = [:]
        for (axis, gather) in gathers where gather.count != axes[axis].members.count { sizes[axis] = gather.count }
        guard !sizes.isEmpty else { return editor.graph }
        for operand in sizeOperands {
            switch operand {
            case .split(let node, let outputs):
                guard outputs.contains(where: { sizes[$0] != nil }) else { continue }
                editor.setSplit(node, outputs.map { sizes[$0] ?? axes[$0].members.count })
            case .slice(let node, let dimension, let rank, let input, let output, let start):
                guard sizes[input] != nil else { continue }
                let count = sizes[output] ?? axes[output].members.count
                // Kept channels keep the places of the first ones of their group, before and in the part alike.
                let before = (0..<start).count { isKept($0, input, orders) }
                try editor.setSlice(node, dimension, rank: rank, start: before, end: before + count)
            case .pad(let node, let dimension, let rank, let whole, let before, let count):
                guard sizes[whole] != nil else { continue }
                let size = axes[whole].members.count
                try editor.setPads(
                    node, dimension, rank: rank, before: (0..<before).count { isKept($0, whole, orders) },
                    after: ((before + count)..<size).count { isKept($0, whole, orders) })
            case .reshape(let node, let dimensions):
                for (dimension, axis) in dimensions.enumerated() {
                    if let axis, let size = sizes[axis] { try editor.setTarget(node, dimension, size) }
                }
            case .depthwise(let node, let input):
                if let size = sizes[input] { editor.setGroup(node, size) }
            }
        }
        editor.forgetDeclaredSizes()
        return editor.graph
    }
}

extension ChannelGroups {
    /// The graph with the channels of some groups in another order. It computes the same, up to the order of sums.
    ///
    /// - Parameters:
    ///   - graph: the one that the groups are of, or one that differs in constants of the same shapes only.
    ///   - orders: by group, for each place the number of the channel that takes it: a permutation.
    package func permuted(_ graph: Graph, orders: [Int: [Int]]) throws(HoneError) -> Graph {
        for (group, order) in orders {
            precondition(order.sorted() == Array(0..<groups[group].count), "no permutation of group \(group)")
        }
        return try rewriting.apply(orders, to: graph)
    }

    /// The graph with only some channels of some groups, in that order.
    ///
    /// - Parameters:
    ///   - graph: as for `permuted`.
    ///   - kept: by group, the numbers of the channels that stay: at least one.
    package func selected(_ graph: Graph, kept: [Int: [Int]]) throws(HoneError) -> Graph {
        for (group, order) in kept {
            precondition(
                !order.isEmpty && Set(order).count == order.count
                    && order.allSatisfy { (0..<groups[group].count).contains($0) }, "no selection of group \(group)")
            precondition(order.count == groups[group].count || groups[group].removalObstacle == nil)
        }
        return try rewriting.apply(kept, to: graph)
    }
}
