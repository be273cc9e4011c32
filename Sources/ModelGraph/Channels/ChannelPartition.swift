/// The channels of traced axes as groups of those that may change places.
///
/// Two channels may, if everything that is tied to one has a counterpart that is tied to the other in the same way: as many
/// positions on the same axes, and ties between positions of the same ranks. Then moving both at once, on every axis, keeps
/// each tie.
struct ChannelPartition {
    /// The number of channels of each group.
    private(set) var counts: [Int] = []
    /// By group.
    private(set) var removalObstacles: [String?] = []
    /// By axis and position; nil for channels that stay as they are.
    private(set) var members: [[ChannelGroups.Member?]] = []
    /// By axis: why some of its channels stay.
    private(set) var obstacles: [String?] = []
    /// By axis and position: how many positions before it are the same channel's.
    private(set) var ranks: [[Int]] = []

    init(_ ties: inout AxisTies) {
        let channels = ties.sizes.enumerated().map { axis, size in (0..<size).map { ties.channel(axis, $0) } }
        let limit = ties.channelLimit
        ranks = channels.map { own in
            var seen: [Int: Int] = [:]
            return own.map { channel in
                defer { seen[channel, default: 0] += 1 }
                return seen[channel, default: 0]
            }
        }
        var frozen = [String?](repeating: nil, count: limit)
        for (axis, reason) in ties.frozen {
            for channel in channels[axis] where frozen[channel] == nil {
                frozen[channel] = reason
            }
        }
        var counted = [String?](repeating: nil, count: limit)
        for (axis, reason) in ties.counted {
            for channel in channels[axis] where counted[channel] == nil {
                counted[channel] = reason
            }
        }
        let signatures = ChannelPartition.signatures(channels, ranks, ties.ties, limit)
        // In the order in which channels first appear, so that the same graph has the same groups.
        var groupOf: [[Int]: Int] = [:]
        var memberOf = [ChannelGroups.Member?](repeating: nil, count: limit)
        for own in channels {
            for channel in own where frozen[channel] == nil && memberOf[channel] == nil {
                let signature = signatures[channel]
                let group = groupOf[signature] ?? counts.count
                if group == counts.count {
                    groupOf[signature] = group
                    counts.append(0)
                    removalObstacles.append(nil)
                }
                memberOf[channel] = ChannelGroups.Member(group: group, number: counts[group])
                counts[group] += 1
                if removalObstacles[group] == nil { removalObstacles[group] = counted[channel] }
            }
        }
        members = channels.map { $0.map { memberOf[$0] } }
        obstacles = channels.map { own in own.lazy.compactMap { frozen[$0] }.first }
    }

    /// The groups on an axis with the positions of each of their channels.
    func positions(_ axis: Int) -> [(group: Int, positions: [[Int]])] {
        var found: [Int: [[Int]]] = [:]
        for (position, member) in members[axis].enumerated() {
            guard let member else { continue }
            found[member.group, default: Array(repeating: [], count: counts[member.group])][member.number].append(
                position)
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What each channel is tied to, as numbers that are equal for channels which may change places.
    private static func signatures(
        _ channels: [[Int]], _ ranks: [[Int]], _ ties: [AxisTies.Tie], _ limit: Int
    ) -> [[Int]] {
        var signatures = [[Int]](repeating: [], count: limit)
        for (axis, own) in channels.enumerated() {
            for channel in own { signatures[channel].append(axis) }
        }
        for (number, tie) in ties.enumerated() {
            for (position, channel) in channels[tie.part].enumerated() {
                let target = tie.positions?[position] ?? position
                signatures[channel].append(-1 - number)
                signatures[channel].append(ranks[tie.part][position])
                signatures[channel].append(ranks[tie.whole][target])
            }
        }
        return signatures
    }
}
