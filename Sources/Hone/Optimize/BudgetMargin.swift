/// Whether a form of a model holds a budget, and if not, how far it is from it.
public struct BudgetMargin: Sendable, Equatable {
    /// Whether it holds.
    public let holds: Bool
    /// By how much more than allowed it loses, in percentage points or nats, as the budget is; nil where it holds, or where
    /// the loss is no number.
    public let excess: Double?

    init(_ loss: QuantizationLoss, _ budget: AccuracyBudget) {
        holds = budget.holds(loss)
        let beyond =
            switch budget {
            case .drop(let allowed): loss.drop.map { $0 - allowed }
            case .divergence(let allowed): loss.klDivergence.map { $0 - allowed }
            }
        excess = holds ? nil : beyond.flatMap { $0.isFinite ? $0 : nil }
    }
}
