/// What models cost against what they are worth: a plot for each device's latency, and for sizes.
struct CandidatePlots {
    let report: OptimizationReport

    private var candidates: [OptimizationReport.Candidate] { report.candidates }
    /// Whether there was anything to choose from.
    private var hasChoice: Bool { report.choice != nil }

    var markup: Markup {
        let (label, values) = qualities
        guard values.compactMap({ $0 }).count > 1 else {
            return "<p class=\"none\">No plot: neither accuracy nor agreement was measured.</p>\n"
        }
        var plots: Markup = ""
        var known: Set<String> = []
        for (index, timing) in (candidates.first?.timings ?? []).enumerated()
        where known.insert(timing.device).inserted {
            let costs = candidates.map { $0.timings.first { $0.isComparable(to: timing) }?.median }
            let device = Figure.name("/candidates/0/timings/\(index)/device", timing.device)
            plots += plot(
                "Against latency on \(device)", "Against latency on \(timing.device)", label, values, costs,
                caption: """
                    \(Figure.name("/candidates/0/timings/\(index)/deviceName", timing.deviceName))\
                    \(timing.conditions("/candidates/0/timings/\(index)")). \(whiskers)
                    """, costLabel: "Median latency, ms")
        }
        plots += plot(
            "Against size", "Against size", label, values, candidates.map { Double($0.byteCount) / 1_048_576 },
            caption: "Size of the model file. \(whiskers)", costLabel: "File size, MiB")
        // Zeros stay in the file, and go where it is compressed.
        if hasChoice, candidates.contains(where: { $0.compressedByteCount != nil }) {
            plots += plot(
                "Against compressed size", "Against compressed size", label, values,
                candidates.map { $0.compressedByteCount.map { Double($0) / 1_048_576 } },
                caption: "Size of the model file compressed with zlib. \(whiskers)", costLabel: "Compressed size, MiB")
        }
        return "\(legend)<div class=\"plots\">\(plots)</div>\n"
    }

    /// For each candidate what the plots hold against cost: top-1 accuracy, or predictions equal to the original's.
    private var qualities: (label: String, values: [(value: Double, whisker: ClosedRange<Double>?)?]) {
        if candidates.contains(where: { $0.top1 != nil }) {
            let original = candidates.first?.top1
            return (
                "Top-1 accuracy, %",
                candidates.map { candidate in
                    guard let top1 = candidate.top1 else { return nil }
                    let whisker = candidate.comparison?.interval.flatMap { interval in
                        original.map { ($0 - interval.upperBound)...($0 - interval.lowerBound) }
                    }
                    return (top1, whisker)
                }
            )
        }
        return (
            "Same prediction as the original, %",
            candidates.enumerated().map { index, candidate in
                index == 0 ? (100, nil) : candidate.comparison?.agreement.map { ($0, nil) }
            }
        )
    }

    /// The accuracy that the budget leaves; nil without a budget in points.
    private var limit: Double? {
        guard hasChoice, let allowed = report.budget?.allowedDrop, let original = candidates.first?.top1 else {
            return nil
        }
        return original - allowed
    }

    private var whiskers: Markup {
        candidates.contains { $0.comparison?.interval != nil }
            ? "Up and to the left is better. Bars: paired 95 % interval of the drop from the original."
            : "Up and to the left is better."
    }

    /// What marks mean, where labels alone do not say it.
    private var legend: Markup {
        guard hasChoice else { return "" }
        let triangle = ParetoPlot.shape(.pruned)
        var text: Markup = """
            \(key("mark float", ParetoPlot.shape(.float), "float"))\(key("mark int8", ParetoPlot.shape(.int8), "int8"))\
            \(key("mark pruned", triangle, "int8, pruned; labels say what was asked for"))\
            \(key("", "<circle class=\"chosen\" r=\"8\"/>", "the result"))
            """
        if candidates.contains(where: { $0.margin?.holds == false }) {
            text += key("mark pruned over", triangle, "hollow: breaks the budget")
        }
        if limit != nil {
            text += key("", "<line class=\"limit\" x1=\"-9\" x2=\"9\"/>", "what the budget leaves")
        }
        return "<p class=\"legend marks\">\(text)</p>\n"
    }

    private func key(_ style: Markup, _ shape: Markup, _ meaning: Markup) -> Markup {
        """
        <span><svg class="key" viewBox="-9 -9 18 18" aria-hidden="true"><g class="\(style)">\(shape)</g></svg>\(meaning)</span> \

        """
    }

    private func plot(
        _ title: Markup, _ plain: String, _ label: String, _ values: [(value: Double, whisker: ClosedRange<Double>?)?],
        _ costs: [Double?], caption: Markup, costLabel: String
    ) -> Markup {
        let points = candidates.indices.compactMap { index -> ParetoPlot.Point? in
            guard let quality = values[index], let cost = costs[index] else { return nil }
            let candidate = candidates[index]
            return ParetoPlot.Point(
                label: candidate.label, kind: candidate.kind, cost: cost, quality: quality.value,
                whisker: quality.whisker, isChosen: hasChoice && index == report.chosen,
                isOverBudget: candidate.margin?.holds == false)
        }
        guard points.count > 1 else { return "" }
        return ParetoPlot(
            title: title, label: plain, caption: caption, costLabel: costLabel, qualityLabel: label, points: points,
            limit: limit
        ).markup
    }
}
