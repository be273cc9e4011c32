import Optimizers
import Tensors

/// How long each layer of an int8 model takes on a device at each of some sparsities, measured inside the whole network:
/// with the caches and threads as they are there.
package struct LayerTimes: Sendable {
    /// Milliseconds of a run of the dense model.
    package let dense: Double
    /// What of it is spent on anything but the layers.
    package let rest: Double
    /// Milliseconds of each layer by name, one for each of `sparsities`, falling.
    package let layers: [String: [Double]]
    /// Dense first.
    package let sparsities: [Double]

    /// A layer that gains less than this share of its time at best is not faster: timings are not better than that.
    private static let leastGain = 0.05

    /// Times the dense model against the same with all layers at one sparsity, one sparsity after the other, so that no more
    /// than two models are in memory.
    ///
    /// - Parameters:
    ///   - sparsities: by rising value, the first of them 0.
    ///   - names: of the layers, as steps are named; those that no step has are left out.
    ///   - seconds: for each sparsity.
    ///   - model: gives the int8 model with all layers at a sparsity.
    /// - Throws: what `model` and running throw.
    package init(
        _ names: [String], sparsities: [Double], on device: Device, threads: Int?, shapes: [String: [Int]],
        seconds: Double = 0.5, model: (Double) throws(HoneError) -> Model
    ) throws(HoneError) {
        precondition(sparsities.first == 0)
        let base = try StepTimer(try model(0), on: device, threads: threads, shapes: shapes)
        var runs: [Double] = []
        var baseSteps: [[Double]] = []
        var relative: [String: [Double]] = [:]
        let wanted = Set(names)
        for sparsity in sparsities.dropFirst() {
            let sparse = try StepTimer(try model(sparsity), on: device, threads: threads, shapes: shapes)
            var ratios: [String: [Double]] = [:]
            try InterleavedTimes.repeating(seconds: seconds) { () throws(HoneError) in
                // Runs that are not timed come first: the other model has had the caches.
                _ = try base.run()
                runs.append(try base.run())
                let before = try base.steps()
                _ = try sparse.run()
                let after = try sparse.steps()
                baseSteps.append(before)
                let (old, new) = (LayerTimes.sums(before, base.names), LayerTimes.sums(after, sparse.names))
                for (name, time) in old where wanted.contains(name) {
                    if let now = new[name], time > 0 { ratios[name, default: []].append(now / time) }
                }
            }
            for (name, ratios) in ratios { relative[name, default: []].append(InterleavedTimes.median(ratios)) }
        }
        let medians = base.names.indices.map { step in InterleavedTimes.median(baseSteps.map { $0[step] }) }
        dense = InterleavedTimes.median(runs)
        // Where watching steps takes time of its own, as on devices with queues, steps add up to more than a run.
        let sum = medians.reduce(0, +)
        let scale = sum > dense && sum > 0 ? dense / sum : 1
        var layers: [String: [Double]] = [:]
        for (name, time) in LayerTimes.sums(medians, base.names) {
            guard let ratios = relative[name], ratios.count == sparsities.count - 1 else { continue }
            let fitted = FallingCosts.fitted([1] + ratios)
            let isFaster = (fitted.last ?? 1) < 1 - LayerTimes.leastGain
            layers[name] = fitted.map { time * scale * (isFaster ? $0 / fitted[0] : 1) }
        }
        rest = max(0, dense - layers.values.reduce(0) { $0 + $1[0] })
        (self.layers, self.sparsities) = (layers, sparsities)
    }

    /// What steps of one name take together.
    private static func sums(_ times: [Double], _ names: [String]) -> [String: Double] {
        Dictionary(zip(names, times)) { $0 + $1 }
    }

    /// The table of these times and what each layer loses.
    ///
    /// - Parameters:
    ///   - names: the layers, in the order of the table; those that were not timed are left out.
    ///   - losses: of a layer, one for each of `sparsities`.
    package func table(_ names: [String], losses: [String: [Double]]) -> LevelTable {
        LevelTable(
            layers: names.compactMap { name in
                guard let times = layers[name], let losses = losses[name], losses.count == times.count else {
                    return nil
                }
                return LevelTable.Layer(
                    name: name,
                    levels: sparsities.indices.map {
                        LevelTable.Level(sparsity: sparsities[$0], cost: times[$0], loss: losses[$0])
                    })
            },
            fixedCost: rest
                + layers.filter { !names.contains($0.key) || losses[$0.key] == nil }.values.reduce(0) { $0 + $1[0] })
    }
}
