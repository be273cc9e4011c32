import Datasets
import Hone
import Reporting

/// The samples of `hone optimize`: what calibrates and what measures.
struct OptimizationSamples {
    static let note =
        "Samples that calibrate never measure: with --eval-data all of that measures, and the first --samples of --data "
        + "calibrate. Without it, of every 16 samples of --data the first 8 may calibrate, --samples at most, and all others "
        + "measure (one by one where there are fewer than 64). --labels are those of what measures: of --eval-data, else of --data."

    let data: OptimizationData
    /// Samples in each batch.
    let calibrationCounts: [Int]
    let evaluationCounts: [Int]
    let isLabeled: Bool
    /// What readers of the report should know.
    private(set) var notes: [String] = []

    /// Batches that calibrate, and those that measure, where the model takes any size.
    private static let (calibrationBatch, evaluationBatch) = (8, 32)

    /// - Throws: `.invalidInput` where one data set is too small for both, or labels do not fit.
    init(_ arguments: ParsedArguments, for model: Model, _ preprocessing: Preprocessing) throws {
        let path = try arguments.required("--data")
        let limit = try arguments.integer("--samples") ?? 512
        let evaluationPath = arguments.value("--eval-data")
        let dataset = try DataOptions.open(path, for: model, preprocessing)
        var measuring = try evaluationPath.map { try DataOptions.open($0, for: model, preprocessing) } ?? dataset
        if let labels = arguments.value("--labels") { measuring = try measuring.labeled(try Labels.read(path: labels)) }
        let calibrationRanges: [Range<Int>]
        let evaluationRanges: [Range<Int>]
        let evaluationName: String
        if let evaluationPath {
            calibrationRanges = try dataset.ranges(
                batch: nil, default: OptimizationSamples.calibrationBatch, limit: limit)
            evaluationRanges = try measuring.ranges(
                batch: nil, default: OptimizationSamples.evaluationBatch, limit: nil)
            evaluationName = evaluationPath
            if isSameFile(path, evaluationPath) {
                notes.append("--eval-data is what calibrates: the loss of new samples may be larger")
            }
        } else {
            calibrationRanges = try SplitSamples(dataset, calibrationLimit: limit).calibration
            evaluationRanges = OptimizationSamples.others(than: calibrationRanges, of: dataset)
            evaluationName = "the rest of \(path)"
            notes.append(
                "without --eval-data, what measures is the part of --data that did not calibrate")
        }
        calibrationCounts = calibrationRanges.map(\.count)
        evaluationCounts = evaluationRanges.map(\.count)
        isLabeled = measuring.labels != nil
        data = OptimizationData(
            calibration: EvaluationSamples(dataset, calibrationRanges).data,
            evaluation: EvaluationSamples(measuring, evaluationRanges).data, calibrationName: path,
            evaluationName: evaluationName)
    }

    /// All samples that lie in none of these ranges, which ascend, in batches.
    private static func others(than taken: [Range<Int>], of dataset: Dataset) -> [Range<Int>] {
        let size = dataset.requiredBatchSize ?? evaluationBatch
        var ranges: [Range<Int>] = []
        var start = 0
        for end in taken.map(\.lowerBound) + [dataset.count] {
            let gap = start..<max(start, end)
            for first in stride(from: gap.lowerBound, to: gap.upperBound, by: size) {
                let range = first..<min(first + size, gap.upperBound)
                // A model with a fixed batch cannot take the rest of a division.
                if dataset.requiredBatchSize == nil || range.count == size { ranges.append(range) }
            }
            if let next = taken.first(where: { $0.lowerBound == end }) { start = next.upperBound }
        }
        return ranges
    }
}
