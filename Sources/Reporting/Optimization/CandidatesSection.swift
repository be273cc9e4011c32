/// The models side by side: plots of what they cost against what they are worth, and tables.
struct CandidatesSection {
    let report: OptimizationReport

    private var candidates: [OptimizationReport.Candidate] { report.candidates }

    var markup: Markup {
        """
        <section><h2>Accuracy, size and speed</h2>
        \(plots)\(table)\(timings)</section>

        """
    }

    // MARK: Plots

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

    private var plots: Markup {
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
        let sizes = candidates.map { Double($0.byteCount) / 1_048_576 }
        plots += plot(
            "Against size", "Against size", label, values, sizes, caption: "Size of the model file. \(whiskers)",
            costLabel: "File size, MiB")
        return "<div class=\"plots\">\(plots)</div>\n"
    }

    private var whiskers: Markup {
        candidates.contains { $0.comparison?.interval != nil }
            ? "Up and to the left is better. Bars: paired 95 % interval of the drop from the original."
            : "Up and to the left is better."
    }

    private func plot(
        _ title: Markup, _ plain: String, _ label: String, _ values: [(value: Double, whisker: ClosedRange<Double>?)?],
        _ costs: [Double?], caption: Markup, costLabel: String
    ) -> Markup {
        let points = candidates.indices.compactMap { index -> ParetoPlot.Point? in
            guard let quality = values[index], let cost = costs[index] else { return nil }
            return ParetoPlot.Point(
                label: candidates[index].name, kind: candidates[index].kind, cost: cost, quality: quality.value,
                whisker: quality.whisker)
        }
        guard points.count > 1 else { return "" }
        return ParetoPlot(
            title: title, label: plain, caption: caption, costLabel: costLabel, qualityLabel: label, points: points
        ).markup
    }

    // MARK: Tables

    private var table: Markup {
        var rows: Markup = ""
        for (index, candidate) in candidates.enumerated() { rows += row(candidate, "/candidates/\(index)") }
        return """
            <p class="caption">Models, the drop against the first one</p>
            <div class="box"><table><thead><tr><th>Model</th><th class="n">Size</th><th class="n">Top‑1, %</th><th class="n">Top‑5, %</th>\
            <th class="n">Drop, pp</th><th class="n">95 % interval, pp</th><th class="n">Lost</th><th class="n">Gained</th>\
            <th class="n">Same prediction, %</th><th class="n">KL, nats</th><th class="n">Output SQNR, dB</th>\
            <th class="n">Samples</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>

            """
    }

    private func row(_ candidate: OptimizationReport.Candidate, _ base: String) -> Markup {
        let comparison = candidate.comparison
        let at = base + "/comparison"
        var cells: Markup = """
            <th scope="row">\(Figure.name("\(base)/name", candidate.name))\
            <small>\(Figure.name("\(base)/file", candidate.fileName))</small></th>
            """
        cells += Figure.cell("\(base)/bytes", NumberText.bytes(candidate.byteCount))
        cells += Figure.cell("\(base)/top1Percent", candidate.top1.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(base)/top5Percent", candidate.top5.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(at)/dropPercentagePoints", comparison?.drop.map { NumberText.fixed($0, 2) })
        cells += Figure.intervalCell("\(at)/drop95", comparison?.interval)
        cells += Figure.cell("\(at)/onlyOriginalRight", comparison?.lostCount.map(NumberText.count))
        cells += Figure.cell("\(at)/onlyThisRight", comparison?.gainedCount.map(NumberText.count))
        cells += Figure.cell("\(at)/agreementPercent", comparison?.agreement.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(at)/klDivergence", comparison?.klDivergence.map(NumberText.digits))
        cells += Figure.cell("\(at)/sqnrDecibels", comparison?.signalToNoise.map(NumberText.decibels))
        cells += Figure.cell("\(at)/samples", comparison.map { NumberText.count($0.sampleCount) })
        return "<tr>\(cells)</tr>\n"
    }

    /// What each device is called by its maker.
    private var devices: Markup {
        var known: Set<String> = []
        var texts: Markup = ""
        for (position, candidate) in candidates.enumerated() {
            for (index, timing) in candidate.timings.enumerated() where known.insert(timing.device).inserted {
                let at = "/candidates/\(position)/timings/\(index)"
                texts += """
                    \(Figure.name("\(at)/device", timing.device)): \(Figure.name("\(at)/deviceName", timing.deviceName)). \

                    """
            }
        }
        return texts
    }

    private var timings: Markup {
        guard candidates.contains(where: { !$0.timings.isEmpty }) else {
            return "<p class=\"none\">Latency was not measured.</p>\n"
        }
        var rows: Markup = ""
        for (position, candidate) in candidates.enumerated() {
            for (index, timing) in candidate.timings.enumerated() {
                let at = "/candidates/\(position)/timings/\(index)"
                rows += """
                    <tr><th scope="row">\(Figure.name("/candidates/\(position)/name", candidate.name))</th>\
                    <td>\(Figure.name("\(at)/device", timing.device))</td>\
                    \(Figure.cell("\(at)/threads", timing.threads.map(NumberText.count)))\
                    \(Figure.cell("\(at)/batch", NumberText.count(timing.batch)))\
                    \(Figure.cell("\(at)/medianMilliseconds", NumberText.digits(timing.median)))\
                    \(Figure.cell("\(at)/p90Milliseconds", NumberText.digits(timing.p90)))\
                    \(Figure.cell("\(at)/imagesPerSecond", NumberText.digits(timing.imagesPerSecond)))\
                    \(Figure.cell("\(at)/runs", timing.runCount.map(NumberText.count)))</tr>

                    """
            }
        }
        return """
            <p class="caption">Latency of whole runs, from the fed tensor to the returned one. \(devices)</p>
            <div class="box"><table><thead><tr><th>Model</th><th>Device</th><th class="n">Threads</th><th class="n">Batch</th>\
            <th class="n">Median, ms</th><th class="n">90th percentile, ms</th><th class="n">Images/s</th>\
            <th class="n">Runs</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>

            """
    }
}
