/// Places labels beside the marks of a plot, where they cover neither marks nor each other.
///
/// All in percent of a plot as small as pages have it: 270 x 240 pixels, which is a phone's width; a column of a desk's is little less.
struct PlotLabels {
    /// Where a label goes, as attributes of SVG: from the mark's middle.
    struct Place: Equatable {
        /// Which part of the text is at the mark, as a class of the page: its start, its end, its middle.
        enum Anchor: String {
            case start = ""
            case end = "left"
            case middle
        }

        let anchor: Anchor
        let dx: String
        let dy: String
    }

    /// A mark with what is to stand beside it.
    struct Mark {
        /// Its middle, from the left and from the top.
        let x: Double
        let y: Double
        let label: String
        /// A vertical line through it, from the top.
        let whisker: ClosedRange<Double>?
    }

    private struct Box {
        let (left, right, top, bottom): (Double, Double, Double, Double)

        func overlap(_ other: Box) -> Double {
            let width = min(right, other.right) - max(left, other.left)
            let height = min(bottom, other.bottom) - max(top, other.top)
            return width > 0 && height > 0 ? width * height : 0
        }
    }

    private static let (width, height) = (270.0, 240.0)
    /// Of letters of 13 pixels: their mean width, and a line of them.
    private static let (letter, line) = (7.4, 14.0)
    /// Half of a mark.
    private static let radius = 7.0

    /// First below and to the right: the front of the best falls to the left and rises to the right.
    private static let choices: [(place: Place, baseline: Double)] = [
        (Place(anchor: .start, dx: "10", dy: "1.3em"), 17), (Place(anchor: .start, dx: "11", dy: ".35em"), 5),
        (Place(anchor: .end, dx: "-10", dy: "-.6em"), -8), (Place(anchor: .start, dx: "10", dy: "-.6em"), -8),
        (Place(anchor: .end, dx: "-10", dy: "1.3em"), 17), (Place(anchor: .end, dx: "-11", dy: ".35em"), 5),
        (Place(anchor: .middle, dx: "0", dy: "-.95em"), -12), (Place(anchor: .middle, dx: "0", dy: "1.75em"), 23),
        (Place(anchor: .start, dx: "10", dy: "2.5em"), 32), (Place(anchor: .start, dx: "4", dy: "-1.5em"), -20),
    ]

    /// A place for each mark.
    static func places(_ marks: [Mark]) -> [Place] {
        var taken = marks.map { mark in
            box(mark.x, mark.y, left: -radius, right: radius, top: -radius, bottom: radius)
        }
        taken += marks.compactMap { mark in
            mark.whisker.map { whisker in
                let half = 100 * 2 / width
                return Box(
                    left: mark.x - half, right: mark.x + half, top: whisker.lowerBound, bottom: whisker.upperBound)
            }
        }
        return marks.map { mark in
            let length = Double(mark.label.count) * letter
            var best: (cost: Double, place: Place, box: Box)?
            for (order, choice) in choices.enumerated() {
                let shift = Double(choice.place.dx) ?? 0
                let from =
                    switch choice.place.anchor {
                    case .start: shift
                    case .end: shift - length
                    case .middle: shift - length / 2
                    }
                let to = from + length
                let candidate = box(
                    mark.x, mark.y, left: from, right: to, top: choice.baseline - line + 3, bottom: choice.baseline + 3)
                // What leaves the plot is worse than any overlap; a little to the right there is room for.
                let outside = max(0, -candidate.left) + max(0, candidate.right - 104) + max(0, candidate.bottom - 100)
                let cost =
                    taken.reduce(0) { $0 + $1.overlap(candidate) } + 1000 * outside + 0.01 * Double(order)
                if cost < best?.cost ?? .infinity { best = (cost, choice.place, candidate) }
            }
            guard let best else { preconditionFailure("there are choices") }
            taken.append(best.box)
            return best.place
        }
    }

    /// A box around a place, its sides in pixels from there.
    private static func box(
        _ x: Double, _ y: Double, left: Double, right: Double, top: Double, bottom: Double
    ) -> Box {
        Box(
            left: x + 100 * left / width, right: x + 100 * right / width, top: y + 100 * top / height,
            bottom: y + 100 * bottom / height)
    }
}
