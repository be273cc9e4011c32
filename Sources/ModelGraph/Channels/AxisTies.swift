/// Which positions of which axes can only move, or go, together.
///
/// An axis is one dimension of a value or of a constant. Operators tie positions of one axis to positions of another: what is
/// tied, directly or through others, is one channel. This is the dependency graph of DepGraph (Fang et al. 2023, arXiv
/// 2301.12900), kept for each position rather than for each layer, so that concatenations and parts need no offsets.
struct AxisTies {
    /// Each position of `part` is a position of `whole`.
    struct Tie {
        let part: Int
        let whole: Int
        /// By position of `part`; nil where both axes have the same positions.
        let positions: [Int]?
    }

    /// The number of positions of each axis.
    private(set) var sizes: [Int] = []
    private(set) var ties: [Tie] = []
    /// Axes that must stay as they are, and why.
    private(set) var frozen: [(axis: Int, reason: String)] = []
    /// Axes whose positions may be reordered, but of which none may go.
    private(set) var counted: [(axis: Int, reason: String)] = []
    /// The number of an axis' first position among those of all axes.
    private var bases: [Int] = []
    private var parents: [Int] = []

    mutating func newAxis(_ size: Int) -> Int {
        bases.append(parents.count)
        sizes.append(size)
        parents.append(contentsOf: parents.count..<(parents.count + size))
        return sizes.count - 1
    }

    /// Ties two axes position by position. Nothing is known of an axis that is nil: the other one has to stay as it is.
    mutating func tie(_ first: Int?, _ second: Int?, _ reason: String) {
        guard let first, let second, sizes[first] == sizes[second] else {
            for axis in [first, second] { freeze(axis, reason) }
            return
        }
        guard first != second else { return }
        for position in 0..<sizes[first] { unite(bases[first] + position, bases[second] + position) }
        ties.append(Tie(part: first, whole: second, positions: nil))
    }

    /// Ties each position of `part` to one of `whole`.
    mutating func tie(_ part: Int, to whole: Int, at positions: [Int]) {
        precondition(positions.count == sizes[part] && positions.allSatisfy { $0 >= 0 && $0 < sizes[whole] })
        for (position, target) in positions.enumerated() { unite(bases[part] + position, bases[whole] + target) }
        ties.append(Tie(part: part, whole: whole, positions: positions))
    }

    mutating func freeze(_ axis: Int?, _ reason: String) {
        if let axis { frozen.append((axis, reason)) }
    }

    mutating func keepCount(_ axis: Int?, _ reason: String) {
        if let axis { counted.append((axis, reason)) }
    }

    /// The channel that a position belongs to: a number that all tied positions share.
    mutating func channel(_ axis: Int, _ position: Int) -> Int { root(bases[axis] + position) }

    /// How many numbers `channel` may give.
    var channelLimit: Int { parents.count }

    private mutating func root(_ element: Int) -> Int {
        var element = element
        while parents[element] != element {
            parents[element] = parents[parents[element]]
            element = parents[element]
        }
        return element
    }

    private mutating func unite(_ first: Int, _ second: Int) {
        let (first, second) = (root(first), root(second))
        parents[max(first, second)] = min(first, second)
    }
}
