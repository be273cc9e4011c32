/// How the models were made: command, data, settings, what was tried and how long it took.
struct ProvenanceSection {
    let report: OptimizationReport

    private var provenance: OptimizationReport.Provenance { report.provenance }

    var markup: Markup {
        """
        <section id="provenance"><h2>How it was made</h2>
        <pre><code data-json="/provenance/command">\(provenance.command)</code></pre>
        <dl class="wide">\(facts)</dl>
        <div class="columns">\(steps)\(recipe)\(budget)\(verification)</div></section>

        """
    }

    private func fact(_ name: Markup, _ value: Markup) -> Markup { "<div><dt>\(name)</dt><dd>\(value)</dd></div>" }

    private func wide(_ name: Markup, _ value: Markup) -> Markup {
        "<div class=\"full\"><dt>\(name)</dt><dd>\(value)</dd></div>"
    }

    private func text(_ key: String, _ value: String) -> Markup { Figure.name("/provenance/\(key)", value) }

    private var facts: Markup {
        var facts = fact("Hone", text("honeVersion", provenance.honeVersion))
        facts += fact("Date", text("date", provenance.date))
        facts += fact("Processor", text("processor", provenance.processor))
        if let system = provenance.operatingSystem { facts += fact("System", text("operatingSystem", system)) }
        facts += wide("Calibrated on", data(provenance.calibration, "/provenance/calibration", "without data"))
        facts += wide("Evaluated on", data(provenance.evaluation, "/provenance/evaluation", "not evaluated"))
        for (index, setting) in provenance.settings.enumerated() {
            facts += fact(
                Figure.name("/provenance/settings/\(index)/name", setting.name),
                Figure.name("/provenance/settings/\(index)/value", setting.value))
        }
        return facts
    }

    private func data(_ source: OptimizationReport.DataSource?, _ base: String, _ missing: Markup) -> Markup {
        guard let source else { return missing }
        var text: Markup = """
            \(Figure.name("\(base)/description", source.description)), \
            \(Figure.inline("\(base)/samples", NumberText.count(source.sampleCount), "samples"))
            """
        text += source.isLabeled ? ", labelled" : ", no labels"
        if let hash = source.hash { text += "<br><code data-json=\"\(base)/hash\">\(hash)</code>" }
        return text
    }

    private var steps: Markup {
        guard !provenance.steps.isEmpty else { return "" }
        let rows = Markup(
            provenance.steps.enumerated().map { index, step in
                """
                <tr><th scope="row">\(Figure.name("/provenance/steps/\(index)/name", step.name))</th>\
                \(Figure.cell("/provenance/steps/\(index)/seconds", NumberText.digits(step.seconds)))</tr>
                """
            })
        return table("Time", "<th>Step</th><th class=\"n\">Wall time, s</th>", rows)
    }

    private var recipe: Markup {
        guard let recipe = provenance.recipe else { return "" }
        let name = Figure.name("/provenance/recipe/name", recipe.name)
        guard !recipe.trials.isEmpty else {
            return "<div><p class=\"caption\">Recipe</p><p>\(name): nothing else was tried.</p></div>"
        }
        let rows = Markup(
            recipe.trials.enumerated().map { index, trial in
                let base = "/provenance/recipe/trials/\(index)"
                return """
                    <tr><th scope="row">\(Figure.name("\(base)/name", trial.name))</th>\
                    \(Figure.cell("\(base)/sqnrDecibels", NumberText.decibels(trial.signalToNoise)))\
                    <td>\(trial.isKept ? "kept" : "")</td></tr>
                    """
            })
        return table(
            "Recipe \(name)", "<th>Tried</th><th class=\"n\">Output SQNR, dB</th><th></th>", rows)
    }

    private var budget: Markup {
        guard let budget = report.budget else { return "" }
        let rows = Markup(
            budget.attempts.enumerated().map { index, attempt in
                let base = "/budget/attempts/\(index)"
                return """
                    <tr>\(Figure.cell("\(base)/floatLayers", NumberText.count(attempt.floatLayerCount)))\
                    \(Figure.cell("\(base)/dropPercentagePoints", attempt.drop.map { NumberText.fixed($0, 2) }))\
                    \(Figure.cell("\(base)/klDivergence", attempt.klDivergence.map(NumberText.digits)))\
                    <td>\(attempt.holds ? "holds" : "does not hold")</td></tr>
                    """
            })
        return table(
            "Budget \(Figure.name("/budget/budget", budget.description))",
            """
            <th class="n">Layers in float</th><th class="n">Drop, pp</th><th class="n">KL, nats</th><th></th>
            """, rows)
    }

    private var verification: Markup {
        guard !report.verifications.isEmpty else { return "" }
        let rows = Markup(
            report.verifications.enumerated().map { index, one in
                let base = "/verifications/\(index)"
                let verdict: Markup =
                    one.differingCount == 0 ? "equal" : one.isWithinBounds ? "within bounds" : "differs"
                return """
                    <tr><th scope="row">\(Figure.name("\(base)/device", one.device))</th>\
                    \(Figure.cell("\(base)/samples", NumberText.count(one.sampleCount)))\
                    \(Figure.cell("\(base)/nodes", NumberText.count(one.nodeCount)))\
                    \(Figure.cell("\(base)/differing", NumberText.count(one.differingCount)))<td>\(verdict)</td></tr>
                    """
            })
        return table(
            "The result against the reference, bit for bit",
            """
            <th>Device</th><th class="n">Samples</th><th class="n">Nodes run</th><th class="n">Differing</th><th></th>
            """, rows)
    }

    private func table(_ caption: Markup, _ header: Markup, _ rows: Markup) -> Markup {
        """
        <div><p class="caption">\(caption)</p><div class="box"><table><thead><tr>\(header)</tr></thead>
        <tbody>\(rows)</tbody></table></div></div>

        """
    }
}
