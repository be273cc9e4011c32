import Hone
import Reporting

/// A progress bar for each step of an optimization.
final class OptimizationProgressBars {
    private let samples: OptimizationSamples
    private var bar: ProgressBar?
    private var label = ""
    /// Of the stage of pruning that the bar shows.
    private var done = 0

    init(_ samples: OptimizationSamples) { self.samples = samples }

    /// Shows one more unit of work.
    func show(_ progress: OptimizationProgress) {
        if let pruning = progress.pruning { return show(pruning, of: progress.level ?? "") }
        let counts =
            switch progress.step {
            case .calibrate, .quantize: samples.calibrationCounts
            case .rank, .benchmark, .verify, .prune: [1]
            case .search, .evaluate, .compare: samples.evaluationCounts
            }
        guard !counts.isEmpty else { return }
        let name = OptimizationProgressBars.name(progress)
        if name != label {
            bar?.finish()
            // Batches of all models that the step runs.
            let total = counts.reduce(0, +) * (progress.total / counts.count)
            bar = ProgressBar(name, total: total, unit: OptimizationProgressBars.unit(progress.step))
            label = name
        }
        if progress.done > 0 { bar?.advance(by: counts[(progress.done - 1) % counts.count]) }
    }

    /// Shows a stage of pruning, on a bar of its own.
    private func show(_ pruning: QuantizationProgress, of level: String) {
        let name = "\(level): \(pruning.stage)"
        if name != label || pruning.done < done {
            bar?.finish()
            bar = ProgressBar(name, total: pruning.total, unit: pruning.unit)
            (label, done) = (name, 0)
        }
        bar?.advance(by: pruning.done - done)
        done = pruning.done
    }

    private static func unit(_ step: OptimizationProgress.Step) -> String {
        switch step {
        case .rank: "batches"
        case .benchmark: "models"
        case .verify: "devices"
        case .prune, .calibrate, .quantize, .search, .evaluate, .compare: "samples"
        }
    }

    private static func name(_ progress: OptimizationProgress) -> String {
        let name = stepName(progress)
        return progress.level.map { "\($0): \(name.lowercased())" } ?? name
    }

    private static func stepName(_ progress: OptimizationProgress) -> String {
        switch progress.step {
        case .prune: "Pruning"
        case .calibrate: "Calibrating"
        case .quantize: "Quantizing"
        case .rank: "Ranking"
        case .search:
            progress.floatLayers.map { $0 == 0 ? "Measuring" : "Measuring with \($0) in float" } ?? "Measuring"
        case .evaluate: "Evaluating"
        case .compare: "Comparing"
        case .benchmark: "Timing"
        case .verify: "Verifying"
        }
    }

    func finish() { bar?.finish() }

    func abandon() { bar?.abandon() }
}
