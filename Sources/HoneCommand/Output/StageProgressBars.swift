import Hone
import Reporting

/// A progress bar for each stage of a recipe's work.
final class StageProgressBars {
    private var bar: ProgressBar?
    private var stage = ""
    private var done = 0

    /// Shows how far the stage has come, on a bar of its own.
    func show(_ progress: QuantizationProgress) {
        if progress.stage != stage || progress.done < done {
            bar?.finish()
            bar = ProgressBar(progress.stage, total: progress.total, unit: progress.unit)
            (stage, done) = (progress.stage, 0)
        }
        bar?.advance(by: progress.done - done)
        done = progress.done
        if done == progress.total {
            bar?.finish()
            bar = nil
        }
    }

    func abandon() { bar?.abandon() }
}
