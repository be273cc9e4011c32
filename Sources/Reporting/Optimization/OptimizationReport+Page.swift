extension OptimizationReport {
    /// The content of `report.html`: one file that needs nothing else, neither network nor scripts.
    ///
    /// Every figure in it is one of `json`, which it holds as a data block; its attributes `data-json` say which.
    package var html: String {
        let page: Markup = """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="\(PageScript.policy)">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">
            <title>\(Figure.cut(title)) – Hone</title>
            <style>
            \(PageStyle.css)
            </style></head>
            <body><main>
            <header><p class="kicker">Optimization report</p><h1>\(Figure.name("/title", title))</h1>
            <p class="byline">\(byline)</p></header>
            \(HeadlineSection(report: self).markup)\(remarks)\(CandidatesSection(report: self).markup)\
            \(LayersSection(report: self).markup)\(PruningSection(report: self).markup)\(SensitivitySection(report: self).markup)\
            \(DistributionSections(report: self).markup)\(ProvenanceSection(report: self).markup)\
            <footer><p>The figures of this page are those of report.json, which it contains.</p></footer>
            </main>
            <script type="application/json" id="report-json">\(json.embedded)</script>
            \(PageScript.element)
            </body></html>

            """
        return page.html
    }

    private var byline: Markup {
        let names = headline.map { headline in
            let (original, made) = (headline.original.name, headline.chosen.name)
            return """
                \(Figure.name("/headline/chosen", made)) against \(Figure.name("/headline/original", original)) · \

                """ as Markup
        }
        return """
            \(names ?? "")Hone \(Figure.name("/provenance/honeVersion", provenance.honeVersion)) · \
            \(Figure.name("/provenance/date", provenance.date)) · \
            \(Figure.name("/provenance/processor", provenance.processor))
            """
    }

    private var remarks: Markup {
        guard !notes.isEmpty else { return "" }
        let items = Markup(
            notes.enumerated().map { index, note in "<li>\(Figure.name("/notes/\(index)", note))</li>" })
        return "<aside><h2>Notes</h2><ul>\(items)</ul></aside>\n"
    }
}
