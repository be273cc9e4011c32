import Evaluation
import Hone
import Reporting

/// What `hone prune` prints.
struct PruningSummary {
    let pruned: PrunedModel
    let settings: PruningSettings
    let source: String
    let output: String
    /// Where the samples are from, and how many; nil without any.
    let data: (name: String, samples: Int)?
    /// Of the pruned model, with the original as its reference; nil unless that was asked for.
    let accuracy: EvaluationResult?
    let sizes: FileSizes
    /// Multiply-accumulates of a sample before and after, where channels were taken out and the shapes are known.
    let multiplyAccumulates: (before: Int, after: Int)?
    let seconds: Double

    private var density: Double {
        let sparsity = ModelSparsity(pruned.model)
        return sparsity.weightCount == 0 ? 1 : 1 - Double(sparsity.zeroCount) / Double(sparsity.weightCount)
    }

    var text: String {
        var table = TextTable(
            ["layer", "shape", "asked", "got", "error masked", "refitted", "decision", "reason"],
            alignments: [.left, .left, .right, .right, .right, .right, .left, .left])
        for layer in pruned.layers {
            let before = shape(layer.shapeBefore)
            table.add([
                layer.name, layer.shape == layer.shapeBefore ? before : "\(before) -> \(shape(layer.shape))",
                layer.asked > 0 ? percent(layer.asked) : "-", layer.isPruned ? percent(layer.sparsity) : "-",
                layer.errorMasked.map { LossText.digits($0) } ?? "-",
                layer.errorRefitted.map { LossText.digits($0) } ?? "-", layer.isPruned ? "pruned" : "dense",
                layer.reason,
            ])
        }
        let count = pruned.layers.count { $0.isPruned }
        var lines = [table.text() + "\(source) -> \(output)", "method      \(method)"]
        if let data { lines.append("data        \(Quantity.count(data.samples)) samples of \(data.name)") }
        if pruned.pattern == "channel" {
            lines.append(
                "pruned      \(count) of \(pruned.layers.count) layers: \(percent(pruned.sparsity)) of their weights are "
                    + "gone, \(percent(pruned.totalSparsity)) of all")
        } else {
            lines.append(
                "pruned      \(count) of \(pruned.layers.count) layers: \(percent(pruned.sparsity)) of their blocks are "
                    + "zero, \(percent(pruned.totalSparsity)) of the blocks of all")
            lines.append("density     \(percent(density)) of the weights are not zero")
        }
        if let (before, after) = multiplyAccumulates {
            let share = before > 0 ? Double(after) / Double(before) : 1
            lines.append(
                "MACs        \(Quantity.count(before)) -> \(Quantity.count(after)) (\(percent(share)) are left)")
        }
        if let accuracy, let before = accuracy.referenceAccuracy?.percentage(topK: 1),
            let after = accuracy.accuracy?.percentage(topK: 1), let comparison = accuracy.comparison,
            let drop = comparison.drop, let interval = comparison.interval
        {
            let bounds = [interval.lowerBound, interval.upperBound].map { Quantity.fixed($0, 2) }
            lines.append(
                "top-1       \(Quantity.fixed(before, 2)) % -> \(Quantity.fixed(after, 2)) %, a drop of "
                    + "\(Quantity.fixed(drop, 2)) pp (95 % interval \(bounds[0]) .. \(bounds[1]) pp), on "
                    + "\(Quantity.count(accuracy.sampleCount)) samples")
        }
        if let speed = pruned.speed { lines += speed.lines }
        for note in pruned.notes { lines.append("note        \(note)") }
        lines += sizes.lines
        lines.append("time        \(Quantity.duration(seconds: seconds))")
        return lines.joined(separator: "\n")
    }

    private var method: String {
        var parts = ["pattern \(pruned.pattern)", "score \(settings.score.rawValue)"]
        if case .polynomial(let steps, _, _) = settings.schedule, steps > 1 {
            parts.append("\(steps) rounds")
        } else {
            parts.append("1 round")
        }
        parts.append(settings.refits ? "refitted" : "not refitted")
        return parts.joined(separator: ", ")
    }

    private func shape(_ sizes: [Int]) -> String { sizes.map(String.init).joined(separator: "x") }

    private func percent(_ share: Double) -> String { "\(Quantity.fixed(100 * share, 1)) %" }

    var json: JSONValue {
        let layers = pruned.layers.map { layer in
            JSONValue.object([
                ("node", .string(layer.name)), ("operator", .string(layer.operatorType)),
                ("shapeBefore", .array(layer.shapeBefore.map { .integer($0) })),
                ("shape", .array(layer.shape.map { .integer($0) })), ("blocks", .integer(layer.blocks)),
                ("keptBlocks", .integer(layer.keptBlocks)), ("asked", .number(layer.asked)),
                ("sparsity", .number(layer.sparsity)),
                ("errorMasked", layer.errorMasked.map { .number($0) } ?? .null),
                ("errorRefitted", layer.errorRefitted.map { .number($0) } ?? .null),
                ("pruned", .bool(layer.isPruned)), ("reason", .string(layer.reason)),
            ])
        }
        var members: [(key: String, value: JSONValue)] = [
            ("source", .string(source)), ("output", .string(output)), ("pattern", .string(pruned.pattern)),
            ("score", .string(settings.score.rawValue)), ("refit", .bool(settings.refits)),
            ("samples", .integer(data?.samples ?? 0)), ("sparsity", .number(pruned.sparsity)),
            ("totalSparsity", .number(pruned.totalSparsity)), ("density", .number(density)),
        ]
        members += sizes.members
        members += [
            ("seconds", .number(seconds)), ("accuracy", accuracyJSON),
            ("speed", pruned.speed?.json ?? .null),
            ("multiplyAccumulatesBefore", multiplyAccumulates.map { .integer($0.before) } ?? .null),
            ("multiplyAccumulates", multiplyAccumulates.map { .integer($0.after) } ?? .null),
            ("notes", .array(pruned.notes.map { .string($0) })), ("layers", .array(layers)),
        ]
        return .object(members)
    }

    private var accuracyJSON: JSONValue {
        guard let accuracy, let comparison = accuracy.comparison else { return .null }
        let number = { (value: Double?) in value.map { JSONValue.number($0) } ?? .null }
        return .object([
            ("samples", .integer(accuracy.sampleCount)),
            ("top1Before", number(accuracy.referenceAccuracy?.percentage(topK: 1))),
            ("top1", number(accuracy.accuracy?.percentage(topK: 1))),
            ("dropPercentagePoints", number(comparison.drop)),
            (
                "drop95",
                comparison.interval.map { .array([.number($0.lowerBound), .number($0.upperBound)]) } ?? .null
            ),
        ])
    }
}
