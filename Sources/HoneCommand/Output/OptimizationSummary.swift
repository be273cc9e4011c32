import Hone
import Reporting

/// What `hone optimize` prints: the report's figures in one short table, and where it is.
struct OptimizationSummary {
    let report: OptimizationReport
    let source: String
    let folder: OptimizationFolder

    var text: String {
        let isPruned = report.candidates.contains { $0.kind == .pruned }
        var lines = [isPruned ? levels : sideBySide]
        lines[0] += "\(source) -> \(folder.path(OptimizedModel.FileName.model))"
        if let choice = report.choice { lines.append("result      \(choice.reason)") }
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
        for one in report.verifications where one.isWithinBounds {
            lines.append(
                "verified    \(one.device) computes what the reference does, on \(one.sampleCount) sample(s)"
                    + (one.differingCount == 0 ? "" : ", within the bounds of float functions"))
        }
        if let budget = report.budget {
            let count = budget.attempts.filter(\.holds).map(\.floatLayerCount).min() ?? 0
            lines.append(
                "budget      \(budget.description) held \(isPruned ? "by dense int8 " : "")with \(count) layer(s) in float"
            )
        }
        for note in report.notes { lines.append("note        \(note)") }
        lines.append("report      \(folder.path(OptimizedModel.FileName.page))")
        return lines.joined(separator: "\n")
    }

    /// A column for each model.
    private var sideBySide: String {
        let candidates = report.candidates
        var table = TextTable(
            [""] + candidates.map(\.name), alignments: [.left] + candidates.map { _ in .right })
        func add(_ title: String, _ cell: (OptimizationReport.Candidate) -> String?) {
            let cells = candidates.map { cell($0) ?? "" }
            if cells.contains(where: { !$0.isEmpty }) { table.add([title] + cells) }
        }
        for (title, cell) in figures { add(title, cell) }
        return table.text()
    }

    /// A line for each model: there are many. What is under `same prediction` and below stands in the report.
    private var levels: String {
        let candidates = report.candidates
        let hidden =
            candidates.contains { $0.top1 != nil } ? ["same prediction", "divergence", "top-5", "output SQNR"] : []
        let shown = figures.filter { title, cell in
            !hidden.contains(title) && candidates.contains { cell($0) != nil }
        }
        var table = TextTable(
            ["", ""] + shown.map { String($0.title.trimmingPrefix("  ")) },
            alignments: [.left, .left] + shown.map { _ in .right })
        for (index, candidate) in candidates.enumerated() {
            table.add(
                [index == report.chosen ? ">" : "", candidate.name] + shown.map { $0.cell(candidate) ?? "" })
        }
        return table.text()
    }

    private typealias Figure = (title: String, cell: (OptimizationReport.Candidate) -> String?)

    private var figures: [Figure] {
        var figures: [Figure] = [
            ("top-1", { percent($0.top1) }), ("top-5", { percent($0.top5) }),
            ("drop of top-1", { $0.comparison?.drop.map { "\(Quantity.fixed($0, 2)) pp" } }),
            (
                "  95 % interval",
                { candidate in
                    candidate.comparison?.interval.map {
                        "\(Quantity.fixed($0.lowerBound, 2)) .. \(Quantity.fixed($0.upperBound, 2)) pp"
                    }
                }
            ),
        ]
        if report.choice != nil { figures.append(("budget", { $0.margin.map(budget) })) }
        figures += [
            ("same prediction", { percent($0.comparison?.agreement) }),
            ("output SQNR", { $0.comparison.map { LossText.decibels($0.signalToNoise) } }),
            ("divergence", { $0.comparison?.klDivergence.map { "\(LossText.digits($0)) nats" } }),
            ("density", { ($0.pruning?.density).map { "\(Quantity.fixed($0, 1)) %" } }),
            ("file size", { Quantity.bytes($0.byteCount) }),
            ("compressed", { $0.compressedByteCount.map { Quantity.bytes($0) } }),
        ]
        for (index, timing) in (report.candidates.first?.timings ?? []).enumerated() {
            let batch = timing.batch == 1 ? "" : ", batch \(timing.batch)"
            figures.append(
                (
                    "latency, \(timing.device)\(batch)",
                    { candidate in
                        index < candidate.timings.count
                            ? "\(Quantity.fixed(candidate.timings[index].median, 3)) ms" : nil
                    }
                ))
        }
        return figures
    }

    private func budget(_ margin: OptimizationReport.Margin) -> String {
        if margin.holds { return "holds" }
        if let points = margin.excessPoints { return "over by \(Quantity.fixed(points, 2)) pp" }
        return margin.excessNats.map { "over by \(LossText.digits($0)) nats" } ?? "broken"
    }

    private func percent(_ value: Double?) -> String? { value.map { "\(Quantity.fixed($0, 2)) %" } }

    private func data(_ verb: String, _ source: OptimizationReport.DataSource?) -> [String] {
        guard let source else { return [] }
        let padding = String(repeating: " ", count: max(1, 12 - verb.count))
        return ["\(verb)\(padding)\(Quantity.count(source.sampleCount)) samples of \(source.description)"]
    }
}
