import ModelGraph
import Optimizers
import Tensors

/// What the run makes: the dense int8 model, and one for each level of pruning.
extension OptimizationRun {
    /// A quantized model with what it was made from.
    struct Made {
        /// The model as it came, or pruned.
        let float: Model
        let calibration: Calibration
        let quantized: QuantizedModel
        var pruned: PrunedModel?
    }

    /// The model without zeros that pruning made.
    struct Dense {
        let made: Made
        let budgeted: BudgetedModel?
        /// All layers quantized, where a budget leaves some in floating point.
        let whole: QuantizedModel?
    }

    func makeDense() throws(HoneError) -> Dense {
        let calibration = try timed("calibrate") { () throws(HoneError) in
            try calibrate(model, settings.quantization, nil)
        }
        let (quantized, budgeted) = try timed("quantize") { () throws(HoneError) in
            try quantizeWithinBudget(calibration)
        }
        var whole: QuantizedModel?
        if let budgeted, !budgeted.floatLayers.isEmpty {
            whole = try timed("quantize all layers") { () throws(HoneError) in
                try quantize(model, calibration, settings.quantization, nil)
            }
        }
        return Dense(
            made: Made(float: model, calibration: calibration, quantized: quantized), budgeted: budgeted, whole: whole)
    }

    /// Prunes the model as it came, then calibrates and quantizes that.
    ///
    /// - Parameter dense: layers that a budget left in floating point there stay so, and are not pruned: kernels of floats
    ///   gain nothing from these blocks, and the model cannot bear their loss.
    func make(_ level: PruningLevel, beside dense: Dense) throws(HoneError) -> Made {
        let spared = dense.budgeted?.floatNodes ?? []
        let pruned = try timed("prune, \(level.label)") { () throws(HoneError) in
            try prune(level, sparing: spared)
        }
        notes += pruned.notes.map { "\(level.name): \($0)" }
        let float = pruned.model.namingNodes()
        var quantization = settings.quantization
        // Patterns may name what folding took away: the nodes that they meant are known.
        quantization.excludedNodes = try excluded(spared).intersection(float.graph.nodes.map(\.name))
        let calibration = try timed("calibrate, \(level.label)") { () throws(HoneError) in
            try calibrate(float, quantization, level)
        }
        let quantized = try timed("quantize, \(level.label)") { () throws(HoneError) in
            try quantize(float, calibration, quantization, level)
        }
        return Made(float: float, calibration: calibration, quantized: quantized, pruned: pruned)
    }

    /// Nodes that stay in floating point: those that the settings mean, and others.
    private func excluded(_ others: Set<String>) throws(HoneError) -> Set<String> {
        let selection = try NodeSelection(settings.quantization.excludedNodes.sorted(), in: model.graph)
        let typed = model.graph.nodes.filter { selection.operators.contains($0.operatorType) }.map(\.name)
        return others.union(selection.nodes).union(typed)
    }

    private func prune(_ level: PruningLevel, sparing others: Set<String>) throws(HoneError) -> PrunedModel {
        var pruning = level.settings
        // Names that are nodes of the model: a layer of floats stays as it is.
        pruning.excludedNodes.formUnion(try excluded(others).intersection(model.graph.nodes.map(\.name)))
        func told(_ progress: QuantizationProgress) {
            var made = OptimizationProgress(step: .prune, done: progress.done, total: progress.total)
            (made.level, made.pruning) = (level.label, progress)
            self.progress?(made)
        }
        // A speed-up is one on the device that decides.
        var place = device
        if case .speedup = pruning.target, let first = settings.timedDevices.first { place = first }
        return try model.pruned(
            pruning, device: place, threads: settings.threads, sampleCount: calibrationSamples.count, progress: told
        ) { index in
            guard index < self.data.calibration.batchCount else { return nil }
            return try self.data.calibration.read(index).feed
        }
    }

    private func calibrate(
        _ float: Model, _ quantization: QuantizationSettings, _ level: PruningLevel?
    ) throws(HoneError) -> Calibration {
        let count = data.calibration.batchCount
        report(.calibrate, 0, of: count, level)
        var index = 0
        return try float.calibrated(settings: quantization, device: device, threads: settings.threads) {
            guard index < count else { return nil }
            let batch = try self.data.calibration.read(index)
            index += 1
            // Levels read the same samples again.
            if level == nil { self.calibrationSamples.add(batch) }
            self.report(.calibrate, index, of: count, level)
            return batch.feed
        }
    }

    private func quantizeWithinBudget(
        _ calibration: Calibration
    ) throws(HoneError) -> (quantized: QuantizedModel, budgeted: BudgetedModel?) {
        guard let budget = settings.budget else {
            return (try quantize(model, calibration, settings.quantization, nil), nil)
        }
        report(.quantize, 0, of: 0)
        let budgeted = try model.quantized(
            with: calibration, settings: settings.quantization, within: budget, on: data.evaluation, device: device,
            threads: settings.threads,
            progress: { found in
                switch found {
                case .ranking(let done, let total): self.report(.rank, done, of: total)
                case .evaluating(let layers, let done, let total):
                    self.progress?(
                        OptimizationProgress(step: .search, done: done, total: total, floatLayers: layers))
                }
            }, rereading: rereading(nil))
        return (budgeted.quantized, budgeted)
    }

    /// By the recipe, without a budget.
    private func quantize(
        _ float: Model, _ calibration: Calibration, _ quantization: QuantizationSettings, _ level: PruningLevel?
    ) throws(HoneError) -> QuantizedModel {
        report(.quantize, 0, of: 0, level)
        return try float.quantized(
            with: calibration, settings: quantization, device: device, threads: settings.threads,
            rereading: rereading(level))
    }

    /// What calibrated, batch by batch, for a recipe to read again.
    private func rereading(_ level: PruningLevel?) -> (Int) throws -> [String: Tensor]? {
        var done = 0
        return { index in
            guard index < self.data.calibration.batchCount else { return nil }
            done += 1
            self.report(.quantize, done, of: 0, level)
            return try self.data.calibration.read(index).feed
        }
    }
}
