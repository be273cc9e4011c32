import Hone
import Testing

/// Which of several forms of a model is the result.
@Suite struct FormChoiceTests {
    private func choice(
        dense: Double?, _ pruned: [(milliseconds: Double?, holds: Bool)], hasBudget: Bool = true
    ) -> FormChoice {
        FormChoice(
            dense: FormChoice.Rival(position: 1, milliseconds: dense, holds: true),
            pruned: pruned.enumerated().map { index, one in
                FormChoice.Rival(position: 2 + index, milliseconds: one.milliseconds, holds: one.holds)
            }, hasBudget: hasBudget)
    }

    @Test func fastestThatHoldsTheBudget() {
        let found = choice(dense: 4, [(3, true), (2, true), (1, false)])
        #expect(found.position == 3 && found.reason == .fastest(of: 3))
    }

    /// A level may hold where a lower one does not: each is fitted anew.
    @Test func levelsNeedNotBreakInOrder() {
        let found = choice(dense: 4, [(3, false), (2, true), (1, false)])
        #expect(found.position == 3 && found.reason == .fastest(of: 2))
    }

    @Test func denseWhereNoLevelHolds() {
        let found = choice(dense: 4, [(3, false), (2, false)])
        #expect(found.position == 1 && found.reason == .onlyDense)
    }

    /// Pruning that makes nothing faster is not worth its loss.
    @Test func denseWhereItIsTheFastest() {
        let found = choice(dense: 1, [(1.5, true), (1.2, true)])
        #expect(found.position == 1 && found.reason == .fastest(of: 3))
    }

    @Test func ofEquallyFastOnesTheLeastPruned() {
        #expect(choice(dense: 2, [(2, true), (2, true)]).position == 1)
        #expect(choice(dense: 3, [(2, true), (2, true)]).position == 2)
    }

    @Test func withoutTimesTheLastThatHolds() {
        let found = choice(dense: nil, [(nil, true), (nil, true), (nil, false)])
        #expect(found.position == 3 && found.reason == .last(of: 3))
    }

    @Test func withoutABudgetOnlyWhatWasAskedFor() {
        let one = choice(dense: 4, [(1, false)], hasBudget: false)
        #expect(one.position == 2 && one.reason == .asked)
        let sweep = choice(dense: 4, [(3, false), (1, false)], hasBudget: false)
        #expect(sweep.position == 1 && sweep.reason == .noBudget)
    }
}
