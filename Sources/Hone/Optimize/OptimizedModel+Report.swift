import Evaluation
import OpenCLBackend
import Reporting
import Tensors

extension OptimizedModel {
    /// The names of the files that `write` makes.
    package enum FileName {
        package static let model = "model_int8.onnx"
        package static let record = "calibration.cal"
        package static let json = "report.json"
        package static let page = "report.html"
        /// The pruned model in floating point, where the result is one: what the record of calibration belongs to.
        package static let pruned = "model_pruned.onnx"
    }

    /// All of it as the values of a report.
    ///
    /// - Parameter sizes: the size of each form's file, in the order of `forms`.
    /// - Throws: what the passes before quantization throw.
    func report(_ origin: OptimizationOrigin, sizes: [FormSize]) throws(HoneError) -> OptimizationReport {
        let candidates = zip(forms, sizes).enumerated().map { index, pair in
            candidate(pair.0, pair.1, origin, index)
        }
        var report = OptimizationReport(
            title: origin.fileName, provenance: provenance(origin), candidates: candidates, chosen: chosen)
        report.choice = reportedChoice()
        report.dense = report.choice == nil ? nil : dense
        report.verifications = verifications.map {
            OptimizationReport.Verification(
                device: "\($0.device)", sampleCount: $0.sampleCount, nodeCount: $0.nodeCount,
                differingCount: $0.differingCount, isWithinBounds: $0.isWithinBounds)
        }
        report.layers = try ReportedLayers(self).rows()
        report.layerTimingConditions = forms.first?.timings.first.map { timing in
            let configuration = timing.result.configuration
            let threads = configuration.threads == 1 ? "1 thread" : "\(configuration.threads) threads"
            return "\(configuration.device), \(threads), batch \(configuration.batch)"
        }
        report.sensitivitySampleCount = sensitivity?.sampleCount
        report.tensors = reportedTensors()
        report.budget = reportedBudget()
        report.notes = origin.notes + notes
        if isEqualized {
            report.notes.append(
                "channels were equalized across layers: histograms and weights before are those of the model as it came"
            )
        }
        return report
    }

    private func candidate(
        _ form: Form, _ size: FormSize, _ origin: OptimizationOrigin, _ index: Int
    ) -> OptimizationReport.Candidate {
        // What is not the result is in no file.
        let file = index == 0 ? origin.fileName : index == chosen ? FileName.model : ""
        let kind: OptimizationReport.Candidate.Kind =
            switch form.kind {
            case .float: .float
            case .int8: .int8
            case .pruned: .pruned
            }
        var candidate = OptimizationReport.Candidate(
            kind: kind, name: form.name, fileName: file, byteCount: size.byteCount)
        candidate.compressedByteCount = size.compressedByteCount
        candidate.label = form.level?.label ?? form.name
        (candidate.pruning, candidate.margin) = (reportedPruning(form), reportedMargin(form))
        (candidate.top1, candidate.top5) = (form.top1, form.top5)
        candidate.comparison = form.loss.map { OptimizationReport.Comparison($0, outputs: form.outputs) }
        candidate.timings = form.timings.map { timing in
            let (configuration, latency) = (timing.result.configuration, timing.result.latency)
            let isOpenCL = configuration.device.openCLIndex != nil
            return OptimizationReport.Timing(
                device: "\(configuration.device)", deviceName: timing.result.deviceName,
                threads: isOpenCL ? nil : configuration.threads, batch: configuration.batch, median: latency.median,
                p90: latency.p90, imagesPerSecond: timing.result.imagesPerSecond, runCount: latency.count)
        }
        return candidate
    }

    private func provenance(_ origin: OptimizationOrigin) -> OptimizationReport.Provenance {
        var provenance = OptimizationReport.Provenance(
            command: origin.command ?? "Model.optimized of the Hone library", honeVersion: honeVersion,
            date: origin.date, processor: OptimizationOrigin.processor)
        provenance.operatingSystem = OptimizationOrigin.operatingSystem
        provenance.calibration = calibrationSamples.source(isLabeled: false)
        provenance.evaluation = evaluationSamples.source(isLabeled: evaluationSamples.isLabeled)
        provenance.recipe = OptimizationReport.Recipe(
            name: quantized.recipe?.name ?? settings.quantization.recipe.rawValue,
            trials: (quantized.recipe?.trials ?? []).map {
                OptimizationReport.Recipe.Trial(name: $0.name, signalToNoise: $0.signalToNoise, isKept: $0.isKept)
            })
        let excluded = settings.quantization.excludedNodes.sorted()
        provenance.settings =
            [OptimizationReport.Setting("Method", quantized.method)]
            + (excluded.isEmpty ? [] : [OptimizationReport.Setting("Excluded", excluded.joined(separator: ", "))])
            + [
                OptimizationReport.Setting("Layers compared on", "\(comparison.loss.sampleCount) samples"),
                OptimizationReport.Setting("Accuracy measured on", "\(settings.workingDevice)"),
            ] + origin.details.map { OptimizationReport.Setting($0.name, $0.value) }
        provenance.steps = steps.map { OptimizationReport.Step($0.name, seconds: $0.seconds) }
        return provenance
    }

    private func reportedBudget() -> OptimizationReport.Budget? {
        guard let budget = settings.budget, let budgeted else { return nil }
        var reported = OptimizationReport.Budget(
            description: "\(budget)",
            attempts: budgeted.attempts.map {
                OptimizationReport.Budget.Attempt(
                    floatLayerCount: $0.floatLayerCount, drop: $0.loss.drop, klDivergence: $0.loss.klDivergence,
                    holds: $0.holds)
            })
        if case .drop(let points) = budget { reported.allowedDrop = points }
        return reported
    }
}

extension OptimizedModel.Samples {
    fileprivate func source(isLabeled: Bool) -> OptimizationReport.DataSource {
        let digits = String(fingerprint, radix: 16)
        let hash = "fnv1a-sum:" + String(repeating: "0", count: 16 - digits.count) + digits
        return OptimizationReport.DataSource(
            description: name, sampleCount: count, hash: hash, isLabeled: isLabeled)
    }
}

extension OptimizationReport.Comparison {
    /// - Parameter outputs: where the samples that only one model has right are counted; nil if they are not.
    init(_ loss: QuantizationLoss, outputs: OutputLoss?) {
        self.init(sampleCount: loss.sampleCount)
        (drop, interval, agreement) = (loss.drop, loss.dropInterval, loss.agreement)
        (klDivergence, signalToNoise) = (loss.klDivergence, loss.signalToNoise)
        guard let outputs, outputs.paired.sampleCount > 0 else { return }
        (lostCount, gainedCount) = (outputs.paired.lostCount, outputs.paired.gainedCount)
    }
}

extension BenchmarkResult {
    /// The device's own name, with the instruction set where it has a choice.
    fileprivate var deviceName: String {
        if let index = configuration.device.openCLIndex {
            return (try? OpenCLDevice.numbered(index))?.info.name ?? device
        }
        return isa.map { "\(OptimizationOrigin.processor), \($0)" } ?? OptimizationOrigin.processor
    }
}
