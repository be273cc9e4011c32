import Hone
import Reporting

/// What `hone optimize` prints: the report's figures in one short table, and where it is.
struct OptimizationSummary {
    let report: OptimizationReport
    let source: String
    let folder: OptimizationFolder

    var text: String {
        let candidates = report.candidates
        var table = TextTable(
            [""] + candidates.map(\.name), alignments: [.left] + candidates.map { _ in .right })
        func add(_ title: String, _ cell: (OptimizationReport.Candidate) -> String?) {
            let cells = candidates.map { cell($0) ?? "" }
            if cells.contains(where: { !$0.isEmpty }) { table.add([title] + cells) }
        }
        add("top-1") { percent($0.top1) }
        add("top-5") { percent($0.top5) }
        add("drop of top-1") { $0.comparison?.drop.map { "\(Quantity.fixed($0, 2)) pp" } }
        add("  95 % interval") { candidate in
            candidate.comparison?.interval.map {
                "\(Quantity.fixed($0.lowerBound, 2)) .. \(Quantity.fixed($0.upperBound, 2)) pp"
            }
        }
        add("same prediction") { percent($0.comparison?.agreement) }
        add("output SQNR") { $0.comparison.map { LossText.decibels($0.signalToNoise) } }
        add("divergence") { $0.comparison?.klDivergence.map { "\(LossText.digits($0)) nats" } }
        add("file size") { Quantity.bytes($0.byteCount) }
        for (index, timing) in (candidates.first?.timings ?? []).enumerated() {
            let batch = timing.batch == 1 ? "" : ", batch \(timing.batch)"
            add("latency, \(timing.device)\(batch)") { candidate in
                index < candidate.timings.count ? "\(Quantity.fixed(candidate.timings[index].median, 3)) ms" : nil
            }
        }
        var lines = [table.text() + "\(source) -> \(folder.path(OptimizedModel.FileName.model))"]
        let provenance = report.provenance
        lines += data("calibrated", provenance.calibration) + data("measured", provenance.evaluation)
        if let recipe = provenance.recipe {
            let kept = recipe.trials.first { $0.isKept }.map { ": \($0.name)" } ?? ""
            lines.append("recipe      \(recipe.name)\(kept)")
        }
        lines.append("layers      \(report.layers.count { $0.isQuantized }) of \(report.layers.count) in int8")
        for layer in report.layers where !layer.isQuantized {
            lines.append("            \(layer.operatorType) '\(layer.name)' \(layer.reason)")
        }
        if let budget = report.budget {
            let count = budget.attempts.filter(\.holds).map(\.floatLayerCount).min() ?? 0
            lines.append("budget      \(budget.description) held with \(count) layer(s) in float")
        }
        for note in report.notes { lines.append("note        \(note)") }
        lines.append("report      \(folder.path(OptimizedModel.FileName.page))")
        return lines.joined(separator: "\n")
    }

    private func percent(_ value: Double?) -> String? { value.map { "\(Quantity.fixed($0, 2)) %" } }

    private func data(_ verb: String, _ source: OptimizationReport.DataSource?) -> [String] {
        guard let source else { return [] }
        let padding = String(repeating: " ", count: max(1, 12 - verb.count))
        return ["\(verb)\(padding)\(Quantity.count(source.sampleCount)) samples of \(source.description)"]
    }
}
