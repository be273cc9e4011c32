/// The models side by side: plots of what they cost against what they are worth, and tables.
struct CandidatesSection {
    let report: OptimizationReport

    private var candidates: [OptimizationReport.Candidate] { report.candidates }

    var markup: Markup {
        """
        <section><h2>Accuracy, size and speed</h2>
        \(choice)\(CandidatePlots(report: report).markup)\(table)\(timings)</section>

        """
    }

    /// Why the result is what it is; empty where there was nothing to choose from.
    private var choice: Markup {
        guard let choice = report.choice else { return "" }
        return "<p>Result: \(Figure.name("/choice/reason", choice.reason)).</p>\n"
    }

    private var isPruned: Bool { candidates.contains { $0.pruning != nil } }
    private var isCompressed: Bool { candidates.contains { $0.compressedByteCount != nil } }
    private var hasBudget: Bool { report.choice != nil && candidates.contains { $0.margin != nil } }

    private var table: Markup {
        var rows: Markup = ""
        for (index, candidate) in candidates.enumerated() { rows += row(candidate, index) }
        var extra: Markup = isCompressed ? "<th class=\"n\">Compressed</th>" : ""
        if isPruned { extra += "<th class=\"n\">Zero blocks, %</th><th class=\"n\">Density, %</th>" }
        let budget: Markup = hasBudget ? "<th>Budget</th>" : ""
        return """
            <p class="caption">Models, the drop against the first one</p>
            <div class="box"><table class="models"><thead><tr><th>Model</th><th class="n">Size</th>\(extra)\
            <th class="n">Top‑1, %</th><th class="n">Top‑5, %</th>\
            <th class="n">Drop, pp</th><th class="n">95 % interval, pp</th>\(budget)<th class="n">Lost</th><th class="n">Gained</th>\
            <th class="n">Same prediction, %</th><th class="n">KL, nats</th><th class="n">Output SQNR, dB</th>\
            <th class="n">Samples</th></tr></thead>
            <tbody>\(rows)</tbody></table></div>

            """
    }

    /// Whether the budget holds, or how far it is broken.
    private func budget(_ margin: OptimizationReport.Margin?, _ base: String) -> Markup {
        guard let margin else { return "<td></td>" }
        if margin.holds { return "<td>holds</td>" }
        if let points = margin.excessPoints {
            return """
                <td class="over">over by \(Figure.inline("\(base)/excessPercentagePoints", NumberText.fixed(points, 2), "pp"))</td>
                """
        }
        if let nats = margin.excessNats {
            return """
                <td class="over">over by \(Figure.inline("\(base)/excessNats", NumberText.digits(nats), "nats"))</td>
                """
        }
        return "<td class=\"over\">does not hold</td>"
    }

    private func row(_ candidate: OptimizationReport.Candidate, _ index: Int) -> Markup {
        let base = "/candidates/\(index)"
        let comparison = candidate.comparison
        let at = base + "/comparison"
        let isResult = report.choice != nil && index == report.chosen
        // What is not the result has no file.
        let file: Markup =
            candidate.fileName.isEmpty ? "" : "<small>\(Figure.name("\(base)/file", candidate.fileName))</small>"
        var cells: Markup = """
            <th scope="row">\(Figure.name("\(base)/name", candidate.name))\(file)</th>
            """
        cells += Figure.cell("\(base)/bytes", NumberText.bytes(candidate.byteCount))
        if isCompressed {
            cells += Figure.cell("\(base)/compressedBytes", candidate.compressedByteCount.map(NumberText.bytes))
        }
        if isPruned {
            cells += Figure.cell(
                "\(base)/pruning/sparsityPercent", (candidate.pruning?.sparsity).map { NumberText.fixed($0, 1) })
            cells += Figure.cell(
                "\(base)/pruning/densityPercent", (candidate.pruning?.density).map { NumberText.fixed($0, 1) })
        }
        cells += Figure.cell("\(base)/top1Percent", candidate.top1.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(base)/top5Percent", candidate.top5.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(at)/dropPercentagePoints", comparison?.drop.map { NumberText.fixed($0, 2) })
        cells += Figure.intervalCell("\(at)/drop95", comparison?.interval)
        if hasBudget { cells += budget(candidate.margin, "\(base)/budget") }
        cells += Figure.cell("\(at)/onlyOriginalRight", comparison?.lostCount.map(NumberText.count))
        cells += Figure.cell("\(at)/onlyThisRight", comparison?.gainedCount.map(NumberText.count))
        cells += Figure.cell("\(at)/agreementPercent", comparison?.agreement.map { NumberText.fixed($0, 2) })
        cells += Figure.cell("\(at)/klDivergence", comparison?.klDivergence.map(NumberText.digits))
        cells += Figure.cell("\(at)/sqnrDecibels", comparison?.signalToNoise.map(NumberText.decibels))
        cells += Figure.cell("\(at)/samples", comparison.map { NumberText.count($0.sampleCount) })
        return "<tr\(isResult ? " class=\"result\"" : "" as Markup)>\(cells)</tr>\n"
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
