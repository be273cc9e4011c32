import Tensors

/// The steps of an optimization, in order.
final class OptimizationRun {
    let model: Model
    let settings: OptimizationSettings
    let data: OptimizationData
    let progress: ((OptimizationProgress) -> Void)?
    let device: Device
    var calibrationSamples: OptimizedModel.Samples
    private var evaluationSamples: OptimizedModel.Samples
    private var steps: [(name: String, seconds: Double)] = []
    var notes: [String] = []
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
        let dense = try makeDense()
        var forms = [OptimizedModel.Form(.float, "float", model)]
        if let whole = dense.whole { forms.append(OptimizedModel.Form(.int8, "int8, all layers", whole.model)) }
        var made = [forms.count: dense.made]
        let densePosition = forms.count
        forms.append(OptimizedModel.Form(.int8, "int8", dense.made.quantized.model))
        for level in settings.prunings.map({ PruningLevel(settings: $0) }) {
            let one = try make(level, beside: dense)
            made[forms.count] = one
            forms.append(OptimizedModel.Form(.pruned, level.name, one.quantized.model, one.pruned, level))
        }
        try timed("evaluate") { () throws(HoneError) in try evaluate(&forms) }
        if let budget = settings.budget {
            for index in forms.indices { forms[index].margin = forms[index].loss.map { BudgetMargin($0, budget) } }
        }
        try timed("benchmark") { () throws(HoneError) in
            benchmark(&forms, LatencyMeasurement.openShapes(model, of: first.feed))
        }
        let choice = FormChoice(forms, dense: densePosition, hasBudget: settings.budget != nil)
        guard let chosen = made[choice.position] else { preconditionFailure("the result is one of those made") }
        let comparison = try timed("compare") { () throws(HoneError) in
            try compare(chosen.float, chosen.quantized.model)
        }
        let sensitivity = try rank(dense.made.calibration, dense.budgeted)
        let verifications = try timed("verify") { () throws(HoneError) in try verify(chosen.quantized.model, first) }
        return OptimizedModel(
            quantized: chosen.quantized, calibration: chosen.calibration, budgeted: dense.budgeted, forms: forms,
            chosen: choice.position, choice: choice.reason, dense: densePosition, comparison: comparison,
            sensitivity: sensitivity, verifications: verifications, notes: chosen.quantized.warnings + notes,
            settings: settings, calibrationSamples: calibrationSamples, evaluationSamples: evaluationSamples,
            steps: steps)
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
    private func compare(_ float: Model, _ quantized: Model) throws(HoneError) -> ModelComparison {
        report(.compare, 0, of: 0)
        var (index, seen) = (0, 0)
        return try float.compare(with: quantized, device: device, threads: settings.threads) {
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

    /// The first samples that measure, on every device beside the reference. A device that cannot is noted.
    private func verify(
        _ quantized: Model, _ batch: EvaluationData.Batch
    ) throws(HoneError) -> [OptimizedModel.Verification] {
        let count = settings.verifiedSampleCount
        guard count > 0 else { return [] }
        let devices = settings.timedDevices
        let feed = quantized.fixedBatch == nil ? batch.first(count) : batch.feed
        var verifications: [OptimizedModel.Verification] = []
        report(.verify, 0, of: devices.count)
        for (index, device) in devices.enumerated() {
            do throws(HoneError) {
                let found = try quantized.verify(
                    Execution("reference"), against: Execution("\(device)"), feeds: [feed], threads: settings.threads)
                let one = OptimizedModel.Verification(
                    device: device, sampleCount: EvaluationData.Batch(feed: feed, labels: nil).sampleCount, found)
                if !one.isWithinBounds {
                    notes.append("\(device) does not compute what the reference does: see 'hone verify'")
                }
                verifications.append(one)
            } catch {
                notes.append("not verified on \(device): \(error)")
            }
            report(.verify, index + 1, of: devices.count)
        }
        return verifications
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

    func report(
        _ step: OptimizationProgress.Step, _ done: Int, of total: Int, _ level: PruningLevel? = nil
    ) {
        var made = OptimizationProgress(step: step, done: done, total: total)
        made.level = level?.label
        progress?(made)
    }

    func timed<Result>(
        _ name: String, _ body: () throws(HoneError) -> Result
    ) throws(HoneError) -> Result {
        let start = ContinuousClock.now
        let result = try body()
        steps.append((name, (ContinuousClock.now - start).inMilliseconds / 1e3))
        return result
    }
}
