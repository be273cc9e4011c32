import ModelGraph
import Tensors

/// What `best` tries before any rounding: other ranges, and channels that share a range better.
extension RecipeRun {
    /// Other estimators of ranges, and all of them with channels equalized.
    func variants(of graph: Graph, _ record: CalibrationRecord) throws(HoneError) -> [RecipeTrial] {
        var estimators: [any RangeEstimator] = [MeanSquaredErrorRange(), MinMaxRange(), try PercentileRange(99.99)]
        estimators.removeAll { $0.name == options.estimator.name }
        var trials: [RecipeTrial] = []
        for estimator in estimators {
            var options = self.options
            options.estimator = estimator
            trials.append(try trial("\(estimator.name) ranges", graph, record, options))
        }
        let equalization = CrossLayerEqualization(graph)
        guard !equalization.pairs.isEmpty else { return trials }
        var extremes = ChannelExtremes()
        let watched = try WatchedModel(
            graph, values: Set(equalization.pairs.map(\.value)), on: backend, evaluator: evaluator)
        try data.forEach(limit: .max, in: graph, "Channel ranges") { feed, _, _ throws(HoneError) in
            try watched.run(feed) { name, view in extremes.add(view, to: name) }
        }
        let (equalized, changed) = equalization.apply(to: graph, extremes)
        guard !changed.isEmpty else { return trials }
        let newRecord = try calibrate(equalized)
        var noted = options
        for output in changed {
            noted.adjustments[output, default: LayerAdjustment()].notes.append("channels equalized")
        }
        for estimator in [options.estimator] + estimators {
            noted.estimator = estimator
            trials.append(try trial("equalized, \(estimator.name) ranges", equalized, newRecord, noted))
        }
        return trials
    }

    private func calibrate(_ graph: Graph) throws(HoneError) -> CalibrationRecord {
        var calibrator = try WatchedModel(calibrating: graph, for: options, on: backend, evaluator: evaluator)
            .calibrator()
        try data.forEach(limit: .max, in: graph, "Calibrating equalized channels") { feed, _, _ throws(HoneError) in
            try calibrator.add(feed)
        }
        return calibrator.record
    }
}
