/// What the page says first: how much accuracy is lost, how much smaller and how much faster the model is.
struct HeadlineSection {
    let report: OptimizationReport

    private var base: String { "/candidates/\(report.chosen)" }

    var markup: Markup {
        guard let headline = report.headline else {
            return "<p class=\"none\">Nothing was made from the original model.</p>\n"
        }
        var tiles = quality(headline) + size(headline)
        var known: Set<String> = []
        for (index, speed) in headline.speeds.enumerated() where known.insert(speed.chosen.device).inserted {
            tiles += self.speed(speed, index)
        }
        if headline.speeds.isEmpty {
            tiles += tile("Speed", big: "<span class=\"none\">not measured</span>", "No device timed both models.")
        }
        return "<div class=\"tiles\">\(tiles)</div>\n"
    }

    private func tile(_ title: Markup, big: Markup, _ text: Markup) -> Markup {
        "<div class=\"tile\"><h2>\(title)</h2><p class=\"big\">\(big)</p><p>\(text)</p></div>"
    }

    private func quality(_ headline: OptimizationReport.Headline) -> Markup {
        guard let comparison = headline.chosen.comparison else {
            return tile(
                "Accuracy", big: "<span class=\"none\">not measured</span>", "No samples were given to evaluate on.")
        }
        let samples = Figure.inline("\(base)/comparison/samples", NumberText.count(comparison.sampleCount), "samples")
        guard let drop = comparison.drop else {
            let divergence = Figure.inline(
                "\(base)/comparison/klDivergence", comparison.klDivergence.map(NumberText.digits), "nats")
            return tile(
                "Same prediction",
                big: Figure.inline(
                    "/headline/agreementPercent", comparison.agreement.map { NumberText.fixed($0, 2) }, "%"),
                """
                as the original, on \(samples). Mean divergence (KL) \(divergence). \
                Accuracy was not measured: there were no labels.
                """)
        }
        var text: Markup = ""
        if let interval = comparison.interval {
            text += "95 % interval, paired: \(Figure.interval("/headline/drop95", interval)) points. "
        }
        text += """
            From \(percent("/candidates/0/top1Percent", headline.original.top1)) to \
            \(percent("\(base)/top1Percent", headline.chosen.top1)) on \(samples)
            """
        if let lost = comparison.lostCount, let gained = comparison.gainedCount {
            text += """
                ; \(Figure.inline("\(base)/comparison/onlyOriginalRight", NumberText.count(lost))) lost, \
                \(Figure.inline("\(base)/comparison/onlyThisRight", NumberText.count(gained))) gained
                """
        }
        text += "."
        if let interval = comparison.interval, interval.contains(0) {
            text += " The interval holds zero: these samples do not tell the models apart."
        }
        return tile(
            "Drop of top-1",
            big: Figure.inline("/headline/dropPercentagePoints", NumberText.fixed(drop, 2), "pp"), text)
    }

    private func percent(_ pointer: String, _ value: Double?) -> Markup {
        Figure.inline(pointer, value.map { NumberText.fixed($0, 2) }, "%")
    }

    private func size(_ headline: OptimizationReport.Headline) -> Markup {
        let ratio = headline.sizeRatio.map { NumberText.fixed($0, 2) + "×" }
        return tile(
            (headline.sizeRatio ?? 0) >= 1 ? "Smaller file" : "Size, original to new",
            big: Figure.inline("/headline/sizeRatio", ratio),
            """
            From \(Figure.inline("/headline/originalBytes", NumberText.bytes(headline.original.byteCount))) to \
            \(Figure.inline("/headline/chosenBytes", NumberText.bytes(headline.chosen.byteCount))).
            """)
    }

    /// What pruning alone gained; empty for a dense result.
    private func overDense(_ speed: OptimizationReport.Headline.Speed, _ base: String) -> Markup {
        guard let dense = speed.dense, let ratio = speed.speedUpOverDense else { return "" }
        return """
             Dense int8: \(Figure.inline("\(base)/denseMilliseconds", NumberText.digits(dense.median), "ms")), so pruning makes it \
            \(Figure.inline("\(base)/speedUpOverDense", NumberText.fixed(ratio, 2) + "×")) as fast.
            """
    }

    private func speed(_ speed: OptimizationReport.Headline.Speed, _ index: Int) -> Markup {
        let base = "/headline/speeds/\(index)"
        let (before, after) = (speed.original.median, speed.chosen.median)
        let device = Figure.name("\(base)/device", speed.chosen.device)
        return tile(
            speed.speedUp >= 1 ? "Faster on \(device)" : "Speed on \(device)",
            big: Figure.inline("\(base)/speedUp", NumberText.fixed(speed.speedUp, 2) + "×"),
            """
            Median from \(Figure.inline("\(base)/originalMilliseconds", NumberText.digits(before), "ms")) to \
            \(Figure.inline("\(base)/chosenMilliseconds", NumberText.digits(after), "ms"))\
            \(speed.chosen.conditions(base)).\(overDense(speed, base))
            """)
    }
}

extension OptimizationReport.Timing {
    /// `, 2 threads, batch 1`.
    func conditions(_ pointer: String) -> Markup {
        var text: Markup = ""
        if let threads {
            text +=
                ", \(Figure.inline("\(pointer)/threads", NumberText.count(threads), threads == 1 ? "thread" : "threads"))"
        }
        return text + ", batch \(Figure.inline("\(pointer)/batch", NumberText.count(batch)))"
    }
}
