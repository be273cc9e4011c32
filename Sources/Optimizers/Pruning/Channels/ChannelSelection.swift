import Foundation

/// Chooses how many channels each group keeps, so that a graph comes below a number of multiply-accumulates.
///
/// Greedy: of all groups, the one goes on whose next channels cost least for each multiply-accumulate saved. Channels cost the
/// logarithm of what they leave of a layer's energy: the last ones of a layer cost the most, and none can go.
struct ChannelSelection {
    private let costs: ChannelCosts
    /// Counts that are kept divide by it.
    private let multiple: Int
    /// Groups that may lose channels.
    private let isFree: [Bool]
    /// By group: its channels, what matters least first.
    private let orders: [[Int]]
    /// By layer and group: the share of the layer that the first channels of the order have, by their number.
    private let lost: [[Int: [Double]]]
    /// By group: the layers that it has a share of.
    private let layersOf: [[Int]]

    init(costs: ChannelCosts, energies: ChannelEnergies, multiple: Int, isFree: [Bool]) {
        (self.costs, self.multiple, self.isFree) = (costs, multiple, isFree)
        let orders = costs.all.indices.map { energies.order($0, count: costs.all[$0]) }
        lost = energies.layers.map { layer in
            var lost: [Int: [Double]] = [:]
            for (group, shares) in layer.shares {
                lost[group] = orders[group].reduce(into: [0]) { $0.append(($0.last ?? 0) + shares[$1]) }
            }
            return lost
        }
        var layersOf = [[Int]](repeating: [], count: costs.all.count)
        for (number, layer) in energies.layers.enumerated() {
            for group in layer.shares.keys { layersOf[group].append(number) }
        }
        (self.orders, self.layersOf) = (orders, layersOf)
    }

    /// By group, which channels it keeps, ascending, where it loses some.
    struct Choice {
        var kept: [Int: [Int]]
        /// The share of multiply-accumulates that is left.
        var share: Double
    }

    /// - Returns: the choice that is the last one above what was asked for where nothing more can go.
    func choice(fraction: Double) -> Choice {
        var counts = costs.all
        let whole = costs.total(counts)
        var removals: [(group: Int, from: Int, to: Int, price: Double)] = []
        var total = whole
        while total > fraction * whole {
            var best: (group: Int, next: Int, total: Double, price: Double)?
            for group in counts.indices where isFree[group] {
                guard let next = next(counts[group]) else { continue }
                var fewer = counts
                fewer[group] = next
                let left = costs.total(fewer)
                guard left < total else { continue }
                let price = loss(group, next, counts) / (total - left)
                if price < best?.price ?? .infinity { best = (group, next, left, price) }
            }
            guard let best else { break }
            removals.append((best.group, counts[best.group], best.next, best.price))
            counts[best.group] = best.next
            total = best.total
        }
        giveBack(removals, &counts, limit: fraction * whole)
        var kept: [Int: [Int]] = [:]
        for group in counts.indices where counts[group] < costs.all[group] {
            kept[group] = orders[group].suffix(counts[group]).sorted()
        }
        return Choice(kept: kept, share: whole > 0 ? costs.total(counts) / whole : 1)
    }

    /// The next smaller multiple; nil where that is nothing.
    private func next(_ count: Int) -> Int? {
        let next = (count - 1) / multiple * multiple
        return next >= multiple ? next : nil
    }

    /// The last step may have gone too far: what was dearest comes back where it fits.
    private func giveBack(
        _ removals: [(group: Int, from: Int, to: Int, price: Double)], _ counts: inout [Int], limit: Double
    ) {
        for removal in removals.dropLast().sorted(by: { $0.price > $1.price }) where counts[removal.group] == removal.to
        {
            var more = counts
            more[removal.group] = removal.from
            if costs.total(more) <= limit { counts = more }
        }
    }

    /// What a group's next channels cost, over all layers.
    private func loss(_ group: Int, _ next: Int, _ counts: [Int]) -> Double {
        layersOf[group].reduce(0) { sum, layer in
            // What is gone by now, of this group and of the others that the layer reads.
            let gone = lost[layer].keys.sorted().reduce(0) { $0 + (lost[layer][$1]?[costs.all[$1] - counts[$1]] ?? 0) }
            let own = lost[layer][group] ?? []
            let going = own[costs.all[group] - next] - own[costs.all[group] - counts[group]]
            return sum + max(0, log(max(1 - gone, 1e-9) / max(1 - gone - going, 1e-9)))
        }
    }
}
