/// Which of several forms of a model is the result: the fastest that holds the budget.
package struct FormChoice: Sendable, Equatable {
    /// A form that may be the result.
    package struct Rival: Sendable {
        /// Its position among all forms.
        package let position: Int
        /// How long it takes on the device that decides; nil where it was not timed.
        package let milliseconds: Double?
        /// Whether it holds the budget.
        package let holds: Bool

        package init(position: Int, milliseconds: Double?, holds: Bool) {
            (self.position, self.milliseconds, self.holds) = (position, milliseconds, holds)
        }
    }

    /// What decided.
    package enum Reason: Sendable, Equatable {
        /// It is the fastest of this many that hold the budget.
        case fastest(of: Int)
        /// No form was timed: it is the last of this many that hold, which is the one with the least left of it.
        case last(of: Int)
        /// No pruned form holds the budget.
        case onlyDense
        /// There is no budget to hold, and one pruned form alone, which was asked for.
        case asked
        /// There is no budget, so that nothing says how much may be lost.
        case noBudget
    }

    /// The position of the result among all forms.
    package let position: Int
    package let reason: Reason

    /// - Parameters:
    ///   - dense: the dense form, which holds any budget there is.
    ///   - pruned: in the order of rising sparsity.
    ///   - hasBudget: whether `holds` says anything.
    package init(dense: Rival, pruned: [Rival], hasBudget: Bool) {
        guard hasBudget else {
            (position, reason) =
                pruned.count == 1 ? (pruned[0].position, .asked) : (dense.position, .noBudget)
            return
        }
        let holding = [dense] + pruned.filter(\.holds)
        guard holding.count > 1 else {
            (position, reason) = (dense.position, .onlyDense)
            return
        }
        guard holding.allSatisfy({ $0.milliseconds != nil }) else {
            (position, reason) = (holding[holding.count - 1].position, .last(of: holding.count))
            return
        }
        // Of equally fast ones the first, which is the least pruned.
        var best = holding[0]
        for rival in holding.dropFirst() where (rival.milliseconds ?? .infinity) < (best.milliseconds ?? .infinity) {
            best = rival
        }
        (position, reason) = (best.position, .fastest(of: holding.count))
    }
}

extension FormChoice {
    /// - Parameter dense: the position of the dense int8 form; all that are pruned come after it.
    init(_ forms: [OptimizedModel.Form], dense: Int, hasBudget: Bool) {
        func rival(_ position: Int) -> Rival {
            Rival(
                position: position, milliseconds: forms[position].timings.first?.medianMilliseconds,
                holds: forms[position].margin?.holds ?? false)
        }
        self.init(
            dense: rival(dense), pruned: forms.indices.filter { forms[$0].kind == .pruned }.map(rival),
            hasBudget: hasBudget)
    }
}
