import Tensors

/// The steps of an optimization, in order.
final class OptimizationRun {
    private let model: Model
    private let settings: OptimizationSettings
    private let data: OptimizationData
    private let progress: ((OptimizationProgress) -> Void)?
    private let device: Device
    private var calibrationSamples: OptimizedModel.Samples
    private var evaluationSamples: OptimizedModel.Samples
    private var steps: [(name: String, seconds: Double)] = []
    private var notes: [String] = []
    /// The first of those that measure, on which layers are compared.
    private var comparedBatchCount = 0

    /// - Parameter model: with a name for each node.
    init(
        model: Model, settings: OptimizationSettings, data: OptimizationData,
        progress: ((OptimizationProgress) -> Void)?
    ) {
        (self.model, self.settings, self.data, self.progress) = (model, settings, data, progress)
        device = settings.workingDevice
        calibrationSamples = OptimizedModel.Samples(name: data.calibrationName)
        evaluationSamples = OptimizedModel.Samples(name: data.evaluationName)
    }

    func result() throws(HoneError) -> OptimizedModel {
        guard data.calibration.batchCount > 0, data.evaluation.batchCount > 0 else {
            throw HoneError(.invalidInput, "samples are needed to calibrate on, and others to measure on")
        }
        let first = try data.evaluation.read(0)
        if case .drop = settings.budget, first.labels == nil {
            throw HoneError(
                .invalidOption, "a budget in percentage points needs labels",
                remedy: "give labels, or a budget in divergence")
        }
        let calibration = try timed("calibrate") { () throws(HoneError) in try calibrate() }
        let (quantized, budgeted) = try timed("quantize") { () throws(HoneError) in try quantize(calibration) }
        var forms = [OptimizedModel.Form("float", model)]
        if let budgeted, !budgeted.floatLayers.isEmpty {
            let whole = try timed("quantize all layers") { () throws(HoneError) in try quantizeAll(calibration) }
            forms.append(OptimizedModel.Form("int8, all layers", whole.model))
        }
        forms.append(OptimizedModel.Form("int8", quantized.model))
        try timed("evaluate") { () throws(HoneError) in try evaluate(&forms) }
        let comparison = try timed("compare") { () throws(HoneError) in try compare(quantized.model) }
        let sensitivity = try rank(calibration, budgeted)
        try timed("benchmark") { () throws(HoneError) in
            benchmark(&forms, LatencyMeasurement.openShapes(model, of: first.feed))
        }
        return OptimizedModel(
            quantized: quantized, calibration: calibration, budgeted: budgeted, forms: forms, comparison: comparison,
            sensitivity: sensitivity, notes: quantized.warnings + notes, settings: settings,
            calibrationSamples: calibrationSamples,
            evaluationSamples: evaluationSamples, steps: steps)
    }

    private func calibrate() throws(HoneError) -> Calibration {
        report(.calibrate, 0, of: data.calibration.batchCount)
        var index = 0
        return try model.calibrated(settings: settings.quantization, device: device, threads: settings.threads) {
            guard index < self.data.calibration.batchCount else { return nil }
            let batch = try self.data.calibration.read(index)
            index += 1
            self.calibrationSamples.add(batch)
            self.report(.calibrate, index, of: self.data.calibration.batchCount)
            return batch.feed
        }
    }

    private func quantize(
        _ calibration: Calibration
    ) throws(HoneError) -> (quantized: QuantizedModel, budgeted: BudgetedModel?) {
        guard let budget = settings.budget else { return (try quantizeAll(calibration), nil) }
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
            }, rereading: rereading())
        return (budgeted.quantized, budgeted)
    }

    /// By the recipe, without a budget.
    private func quantizeAll(_ calibration: Calibration) throws(HoneError) -> QuantizedModel {
        report(.quantize, 0, of: 0)
        return try model.quantized(
            with: calibration, settings: settings.quantization, device: device, threads: settings.threads,
            rereading: rereading())
    }

    /// What calibrated, batch by batch, for a recipe to read again.
    private func rereading() -> (Int) throws -> [String: Tensor]? {
        var done = 0
        return { index in
            guard index < self.data.calibration.batchCount else { return nil }
            done += 1
            self.report(.quantize, done, of: 0)
            return try self.data.calibration.read(index).feed
        }
    }

    private func evaluate(_ forms: inout [OptimizedModel.Form]) throws(HoneError) {
        report(.evaluate, 0, of: data.evaluation.batchCount)
        var evaluation = try PairedEvaluation(forms.map(\.model), device: device, threads: settings.threads)
        for index in 0..<data.evaluation.batchCount {
            let batch = try data.evaluation.read(index)
            try evaluation.add(batch)
            evaluationSamples.add(batch)
            report(.evaluate, index + 1, of: data.evaluation.batchCount)
        }
        evaluation.fill(&forms)
    }

    /// On the first batches, as many as fit into the settings' number of samples.
    private func compare(_ quantized: Model) throws(HoneError) -> ModelComparison {
        report(.compare, 0, of: 0)
        var (index, seen) = (0, 0)
        return try model.compare(with: quantized, device: device, threads: settings.threads) {
            if index > 0 { self.report(.compare, index, of: 0) }
            guard index < self.data.evaluation.batchCount else { return nil }
            let batch = try self.data.evaluation.read(index)
            guard index == 0 || seen + batch.sampleCount <= self.settings.comparedSampleCount else { return nil }
            index += 1
            self.comparedBatchCount = index
            seen += batch.sampleCount
            return batch.feed
        }
    }

    /// What each layer costs alone, rounded to nearest: where a recipe spreads its corrections no layer stands alone.
    private func rank(_ calibration: Calibration, _ budgeted: BudgetedModel?) throws(HoneError) -> Sensitivity? {
        if let known = budgeted?.sensitivity { return known }
        guard settings.ranksLayers else { return nil }
        return try timed("rank layers") { () throws(HoneError) in
            var quantization = settings.quantization
            quantization.recipe = .fast
            let samples = EvaluationData(batchCount: comparedBatchCount, batch: data.evaluation.batch)
            return try model.sensitivity(
                with: calibration, settings: quantization, on: samples, device: device, threads: settings.threads
            ) { found in
                if case .ranking(let done, let total) = found { self.report(.rank, done, of: total) }
            }
        }
    }

    /// A device that cannot run all forms is left out: half a comparison is none.
    private func benchmark(_ forms: inout [OptimizedModel.Form], _ shapes: [String: [Int]]) {
        let devices = settings.timedDevices
        report(.benchmark, 0, of: devices.count * forms.count)
        var done = 0
        for (position, device) in devices.enumerated() {
            let measurement = LatencyMeasurement(
                device: device, threads: settings.threadCount, seconds: settings.benchmarkSeconds, shapes: shapes)
            do throws(HoneError) {
                let results = try measurement.run(forms.map(\.model)) {
                    done += 1
                    self.report(.benchmark, done, of: devices.count * forms.count)
                }
                for (index, result) in results.enumerated() where index < forms.count {
                    forms[index].timings.append(OptimizedModel.Timing(result))
                }
            } catch {
                notes.append("no latency on \(device): \(error)")
                done = (position + 1) * forms.count
            }
        }
    }

    private func report(_ step: OptimizationProgress.Step, _ done: Int, of total: Int) {
        progress?(OptimizationProgress(step: step, done: done, total: total))
    }

    private func timed<Result>(
        _ name: String, _ body: () throws(HoneError) -> Result
    ) throws(HoneError) -> Result {
        let start = ContinuousClock.now
        let result = try body()
        steps.append((name, (ContinuousClock.now - start).inMilliseconds / 1e3))
        return result
    }
}
