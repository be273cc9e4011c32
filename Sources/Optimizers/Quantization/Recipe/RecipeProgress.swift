/// How far a recipe has come: a part of its work, as a line for a person.
package struct RecipeProgress: Sendable, Equatable {
    /// What is being done, such as `Measuring 4 ways`; another one begins anew at 0.
    package let stage: String
    /// What `done` and `total` count, such as `samples`.
    package let unit: String
    package let done: Int
    /// About how much there is, at least 1.
    package let total: Int

    package init(stage: String, unit: String, done: Int, total: Int) {
        (self.stage, self.unit, self.done, self.total) = (stage, unit, done, max(total, 1))
    }
}
