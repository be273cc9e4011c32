import Datasets
import Hone
import Reporting

/// The samples that measure a loss, in batches.
struct EvaluationSamples {
    let data: EvaluationData
    /// Samples in each batch.
    let counts: [Int]

    init(_ dataset: Dataset, _ ranges: [Range<Int>]) {
        counts = ranges.map(\.count)
        data = EvaluationData(batchCount: ranges.count) { index in
            let range = ranges[index]
            return EvaluationData.Batch(
                feed: try dataset.batch(range), labels: dataset.labels.map { Array($0[range]) })
        }
    }
}

/// One data set in two parts, so that what measures a loss is nothing that calibrated.
///
/// Blocks of samples go to the one and the other in turn, which keeps the classes of sorted data in both.
struct SplitSamples {
    static let note =
        "Where one --data has to do for both, its samples are split: of every 16, the first 8 calibrate and the other 8 "
        + "measure (one by one where there are fewer than 64)."

    /// Blocks that calibrate, in order, 512 samples at most unless said otherwise.
    let calibration: [Range<Int>]
    private let measuring: [Range<Int>]
    private let isFixed: Bool

    /// - Throws: `.invalidInput` if there are not enough samples for two parts.
    init(_ dataset: Dataset, calibrationLimit: Int = 512) throws {
        let size = dataset.requiredBatchSize ?? (dataset.count < 64 ? 1 : 8)
        let count = dataset.requiredBatchSize == nil ? dataset.count : dataset.count - dataset.count % size
        let blocks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
        guard blocks.count > 1 else {
            throw HoneError(
                .invalidInput, "\(dataset.count) samples are too few to calibrate on some and measure on others",
                remedy: "give more of them, or a record of 'hone calibrate' with --calibration", file: dataset.path)
        }
        var left = calibrationLimit
        calibration = blocks.enumerated().compactMap { index, block in
            guard index % 2 == 0, left > 0, !(dataset.requiredBatchSize != nil && left < size) else { return nil }
            let part = block.prefix(left)
            left -= part.count
            return part.startIndex..<part.endIndex
        }
        measuring = blocks.enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
        isFixed = dataset.requiredBatchSize != nil
    }

    /// What measures: blocks as they lie, since samples of a batch are neighbours.
    func evaluation(batch: Int?, limit: Int? = nil) -> [Range<Int>] {
        var left = limit ?? .max
        var ranges: [Range<Int>] = []
        for block in measuring where left > 0 {
            if isFixed {
                guard block.count <= left else { break }
                ranges.append(block)
            } else {
                let part = block.prefix(left)
                let size = min(batch ?? part.count, part.count)
                ranges += stride(from: part.startIndex, to: part.endIndex, by: size).map {
                    $0..<min($0 + size, part.endIndex)
                }
            }
            left -= block.count
        }
        return ranges
    }
}

/// A progress bar for each stage of work that measures one model after the other.
final class SensitivityProgressBars {
    private let counts: [Int]
    private var bar: ProgressBar?
    private var stage = ""

    init(_ samples: EvaluationSamples) { counts = samples.counts }

    /// Shows one more batch.
    func show(_ progress: SensitivityProgress) {
        let perModel = counts.reduce(0, +)
        let (label, done, models): (String, Int, Int)
        switch progress {
        case .ranking(let finished, let total):
            (label, done, models) = ("Ranking", finished, counts.isEmpty ? 0 : total / counts.count)
        case .evaluating(let layers, let finished, _):
            (label, done, models) = (layers == 0 ? "Measuring" : "Measuring with \(layers) in float", finished, 1)
        }
        if label != stage {
            bar?.finish()
            bar = ProgressBar(label, total: perModel * models)
            stage = label
        }
        if !counts.isEmpty { bar?.advance(by: counts[(done - 1) % counts.count]) }
        // Other bars may follow before the next stage.
        if done == counts.count * models {
            bar?.finish()
            (bar, stage) = (nil, "")
        }
    }

    func finish() { bar?.finish() }

    func abandon() { bar?.abandon() }

    /// Calibrates on some ranges of a data set.
    static func calibrate(
        _ model: Model, _ dataset: Dataset, _ ranges: [Range<Int>], _ settings: QuantizationSettings, device: Device,
        threads: Int?
    ) throws -> Calibration {
        var rest = ranges.makeIterator()
        let progress = ProgressBar("Calibrating", total: ranges.reduce(0) { $0 + $1.count })
        defer { progress.abandon() }
        let calibration = try model.calibrated(settings: settings, device: device, threads: threads) {
            guard let range = rest.next() else { return nil }
            let feed = try dataset.batch(range)
            progress.advance(by: range.count)
            return feed
        }
        progress.finish()
        return calibration
    }
}
