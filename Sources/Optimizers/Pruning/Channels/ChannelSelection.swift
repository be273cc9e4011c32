import Foundation

/// Chooses how many channels each group keeps, so that a graph comes below a number of multiply-accumulates.
///
/// Greedy: of all groups, the one goes on whose next channels cost least for each multiply-accumulate saved. Channels cost the
/// logarithm of what they leave of a layer's energy: the last ones of a layer cost the most, and none can go.
struct ChannelSelection {
    let costs: ChannelCosts
    let energies: ChannelEnergies
    /// Counts that are kept divide by it.
    let multiple: Int
    /// Groups that may lose channels.
    let isFree: [Bool]

    /// By group, how many channels it keeps, and which ones, ascending.
    struct Choice {
        var counts: [Int]
        var kept: [Int: [Int]]
        /// The share of multiply-accumulates that is left.
        var share: Double
    }

    /// - Returns: the choice that is the last one above what was asked for where nothing more can go.
    func choice(fraction: Double) -> Choice {
        var counts = costs.all
        let orders = counts.indices.map { energies.order($0, count: counts[$0]) }
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
                let price = loss(group, next, counts, orders) / (total - left)
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
        return Choice(counts: counts, kept: kept, share: whole > 0 ? costs.total(counts) / whole : 1)
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
    private func loss(_ group: Int, _ next: Int, _ counts: [Int], _ orders: [[Int]]) -> Double {
        var loss = 0.0
        for layer in energies.layers {
            guard let shares = layer.shares[group] else { continue }
            let first = costs.all[group] - counts[group]
            let going = orders[group][first..<(costs.all[group] - next)].reduce(0) { $0 + shares[$1] }
            // What is gone by now, of this group and of the others that the layer reads.
            var gone = 0.0
            for (other, shares) in layer.shares.sorted(by: { $0.key < $1.key }) {
                gone += orders[other].prefix(costs.all[other] - counts[other]).reduce(0) { $0 + shares[$1] }
            }
            let (before, after) = (max(1 - gone, 1e-9), max(1 - gone - going, 1e-9))
            loss += max(0, log(before / after))
        }
        return loss
    }
}
