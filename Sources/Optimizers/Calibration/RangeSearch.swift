import Tensors

/// The search for the range whose 8-bit grid costs least, among hundredths of the extremes.
///
/// The high end is tried, then the low one, until nothing improves; on a symmetric grid, where one end alone changes
/// nothing, both at once. It starts from the extremes themselves, so that what it finds never costs more than they do.
struct RangeSearch {
    /// The shares of an extreme that are tried, in percent, from the smallest to 100.
    let percentages: ClosedRange<Int>
    /// How often both ends are gone through at most.
    let rounds: Int

    /// - Parameter cost: what a grid costs.
    func best(
        in extremes: ClosedRange<Float>, type: QuantizedType, cost: (ActivationQuantization) -> Double
    ) -> ValueRange {
        let full = ValueRange(low: extremes.lowerBound, high: extremes.upperBound)
        var best = full
        var smallest = cost(ActivationQuantization(best, type: type))

        func consider(_ candidate: ValueRange) -> Bool {
            let cost = cost(ActivationQuantization(candidate, type: type))
            guard cost < smallest else { return false }
            (best, smallest) = (candidate, cost)
            return true
        }

        guard !type.isSymmetric else {
            let largest = max(-full.low, full.high)
            for percentage in percentages {
                let end = largest * Float(percentage) / 100
                _ = consider(ValueRange(low: max(full.low, -end), high: min(full.high, end)))
            }
            return best
        }
        for _ in 0..<rounds {
            var improved = false
            let low = best.low
            for percentage in percentages where full.high > 0 {
                if consider(ValueRange(low: low, high: full.high * Float(percentage) / 100)) { improved = true }
            }
            let high = best.high
            for percentage in percentages where full.low < 0 {
                if consider(ValueRange(low: full.low * Float(percentage) / 100, high: high)) { improved = true }
            }
            if !improved { break }
        }
        return best
    }
}
