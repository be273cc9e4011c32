/// Quality against cost of each candidate: up and to the left is better.
struct ParetoPlot {
    /// One candidate.
    struct Point {
        let label: String
        let kind: OptimizationReport.Candidate.Kind
        let cost: Double
        let quality: Double
        /// What the paired interval leaves possible.
        let whisker: ClosedRange<Double>?
        /// Whether it is the result.
        var isChosen = false
        /// Whether it is known to break the budget.
        var isOverBudget = false
    }

    let title: Markup
    /// The title without markup.
    let label: String
    let caption: Markup
    let costLabel: String
    let qualityLabel: String
    let points: [Point]
    /// The least quality that holds the budget; nil without one.
    var limit: Double?

    /// Percentage points, at least, from the bottom to the top: a hundredth of a point should not look like a cliff.
    private static let smallestSpan = 1.0

    private var quality: PlotAxis {
        let bounds =
            points.flatMap { [$0.quality, $0.whisker?.lowerBound, $0.whisker?.upperBound].compactMap { $0 } }
            + [limit].compactMap { $0 }
        let (low, high) = (bounds.min() ?? 0, bounds.max() ?? 100)
        let span = max(high - low, ParetoPlot.smallestSpan)
        let middle = (low + high) / 2
        return PlotAxis(from: max(middle - 0.62 * span, 0), to: min(middle + 0.62 * span, 100.001), count: 5)
    }

    private var cost: PlotAxis { PlotAxis(from: 0, to: 1.12 * (points.map(\.cost).max() ?? 1), count: 5) }

    /// Those that no other one beats in both, from cheap to dear.
    private var front: [Point] {
        points.filter { point in
            !points.contains {
                $0.cost <= point.cost && $0.quality >= point.quality
                    && ($0.cost < point.cost || $0.quality > point.quality)
            }
        }.sorted { ($0.cost, $0.quality) < ($1.cost, $1.quality) }
    }

    var markup: Markup {
        let (cost, quality) = (cost, quality)
        var marks: Markup = ""
        for (from, to) in zip(front, front.dropFirst()) {
            marks += """
                <line class="front" x1="\(cost.position(from.cost))" y1="\(quality.height(from.quality))" \
                x2="\(cost.position(to.cost))" y2="\(quality.height(to.quality))"/>
                """
        }
        if let limit {
            let y = quality.height(limit)
            marks += "<line class=\"limit\" x1=\"0%\" x2=\"100%\" y1=\"\(y)\" y2=\"\(y)\"/>"
        }
        // Labels come last: no mark lies over one.
        for point in points { marks += mark(point, cost, quality) }
        marks += labels(cost, quality)
        return """
            <figure class="pareto"><h3>\(title)</h3>
            <div class="frame"><p class="axis">\(qualityLabel)</p>
            <svg class="plot tall" role="img" aria-label="\(label)">\(cost.horizontal)\(quality.vertical)\(marks)</svg>
            <p class="axis below">\(costLabel)</p></div>
            <figcaption>\(caption)</figcaption></figure>

            """
    }

    private func mark(_ point: Point, _ cost: PlotAxis, _ quality: PlotAxis) -> Markup {
        let (x, y) = (cost.position(point.cost), quality.height(point.quality))
        var markup: Markup = ""
        if let whisker = point.whisker {
            let (top, bottom) = (quality.height(whisker.upperBound), quality.height(whisker.lowerBound))
            markup += """
                <line class="whisker \(point.kind.rawValue)" x1="\(x)" x2="\(x)" y1="\(top)" y2="\(bottom)"/>\
                <line class="whisker \(point.kind.rawValue)" x1="\(x)" x2="\(x)" y1="\(top)" y2="\(top)" \
                stroke-linecap="square"/>
                """
        }
        if point.isChosen { markup += "<circle class=\"chosen\" cx=\"\(x)\" cy=\"\(y)\" r=\"11\"/>" }
        let state: Markup = point.isOverBudget ? " over" : ""
        markup += """
            <svg class="mark \(point.kind.rawValue)\(state)" x="\(x)" y="\(y)">\(ParetoPlot.shape(point.kind))</svg>
            """
        return markup
    }

    /// The mark of a kind, around the origin.
    static func shape(_ kind: OptimizationReport.Candidate.Kind) -> Markup {
        switch kind {
        case .float: "<circle r=\"6\"/>"
        case .int8: "<rect x=\"-5.5\" y=\"-5.5\" width=\"11\" height=\"11\"/>"
        case .pruned: "<path d=\"M0-7L6.5 5H-6.5Z\"/>"
        }
    }

    private func labels(_ cost: PlotAxis, _ quality: PlotAxis) -> Markup {
        let texts = points.map { Figure.cut($0.label, head: 12, tail: 8) }
        let places = PlotLabels.places(
            zip(points, texts).map { point, text in
                PlotLabels.Mark(
                    x: cost.percent(point.cost), y: 100 - quality.percent(point.quality), label: text,
                    whisker: point.whisker.map {
                        (100 - quality.percent($0.upperBound))...(100 - quality.percent($0.lowerBound))
                    })
            })
        return Markup(
            zip(zip(points, texts), places).map { labelled, place -> Markup in
                let (point, text) = labelled
                return """
                    <text class="label \(place.anchor.rawValue)" x="\(cost.position(point.cost))" \
                    y="\(quality.height(point.quality))" dx="\(place.dx)" dy="\(place.dy)">\(text)</text>
                    """
            })
    }
}
