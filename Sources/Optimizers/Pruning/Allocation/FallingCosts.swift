/// Measured costs of rising sparsity, made to fall: what is left out cannot take time, so where more sparsity seems to cost
/// more it is noise.
package enum FallingCosts {
    /// The falling sequence that is nearest to the measured one in the least squares, by pooling neighbours that violate
    /// (Ayer et al. 1955, isotonic regression).
    package static func fitted(_ costs: [Double]) -> [Double] {
        var pools: [(sum: Double, count: Int)] = []
        for cost in costs {
            pools.append((cost, 1))
            while pools.count > 1,
                pools[pools.count - 2].sum / Double(pools[pools.count - 2].count)
                    < pools[pools.count - 1].sum / Double(pools[pools.count - 1].count)
            {
                let last = pools.removeLast()
                pools[pools.count - 1].sum += last.sum
                pools[pools.count - 1].count += last.count
            }
        }
        return pools.flatMap { Array(repeating: $0.sum / Double($0.count), count: $0.count) }
    }
}
