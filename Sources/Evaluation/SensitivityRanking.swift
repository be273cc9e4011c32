import Tensors

/// What each layer of a network costs if it alone is changed, most costly first.
package struct SensitivityRanking: Sendable {
    /// One layer, and what the network loses through it alone.
    package struct Entry: Sendable {
        package let layer: String
        package let loss: OutputLoss
    }

    package let entries: [Entry]

    /// Divergences below this are those of classes that are certain anyway, and rank no layer.
    private static let smallestDivergence = 1e-9

    /// Measures every layer.
    ///
    /// - Parameters:
    ///   - layers: in the order of the graph, which also orders equal losses.
    ///   - changed: the network in which this layer alone is changed; nil if that changes nothing.
    package init(
        _ layers: [String], measuring measurement: LossMeasurement,
        changed: (String) throws(HoneError) -> LossMeasurement.Run?, progress: (() -> Void)? = nil
    ) throws(HoneError) {
        var entries: [Entry] = []
        for layer in layers {
            guard let run = try changed(layer) else { continue }
            entries.append(Entry(layer: layer, loss: try measurement.loss(of: run, progress: progress)))
        }
        // By divergence, which tells layers apart that cost no prediction; noise decides between equals. A loss without a
        // divergence has no finite score, and comes before all others.
        let smallestDivergence = SensitivityRanking.smallestDivergence
        let keys = entries.map { entry in
            (
                -max(entry.loss.klDivergence ?? .infinity, smallestDivergence),
                entry.loss.values.signalToNoise ?? -.infinity
            )
        }
        self.entries = entries.indices.sorted { left, right in
            keys[left] == keys[right] ? left < right : keys[left] < keys[right]
        }.map { entries[$0] }
    }
}

/// Finds how many of the most costly layers have to stay as they were.
package enum FallbackSearch {
    /// A small count of the first layers with which a budget holds: doubles the count until it does, then bisects between the
    /// last one that failed and the first that held. What it returns was tried, so that it holds even where the loss does
    /// not fall with every layer.
    ///
    /// - Parameters:
    ///   - layerCount: with all of them nothing would be changed, so that this count is not tried.
    ///   - holds: whether the budget holds with the first n layers as they were.
    /// - Returns: nil if it holds with no count that was tried.
    package static func smallestCount(
        of layerCount: Int, holds: (Int) throws(HoneError) -> Bool
    ) throws(HoneError) -> Int? {
        guard layerCount > 0 else { return nil }
        if try holds(0) { return 0 }
        var (failed, next) = (0, 1)
        while next < layerCount, try !holds(next) {
            failed = next
            next = next * 2 < layerCount ? next * 2 : max(next + 1, layerCount - 1)
        }
        guard next < layerCount else { return nil }
        var held = next
        while held - failed > 1 {
            let middle = (failed + held) / 2
            if try holds(middle) { held = middle } else { failed = middle }
        }
        return held
    }
}
