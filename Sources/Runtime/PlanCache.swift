import Tensors

/// The prepared plans of a session, most recently used last.
struct PlanCache {
    /// A plan with what it was made for.
    struct Entry {
        let types: [String: TensorType]
        let values: [String: Tensor]
        let prepared: any PreparedPlan
    }

    /// Plans kept: enough for the full and the last, smaller batch at two sizes; more would hold arenas for nothing.
    static let capacity = 4

    private var entries: [Entry] = []

    /// The entry made for these types and values.
    mutating func find(feed: [String: Tensor], values: [String: Tensor]) -> Entry? {
        let types = feed.mapValues(\.type)
        guard let index = entries.firstIndex(where: { $0.types == types && $0.values == values }) else { return nil }
        let entry = entries.remove(at: index)
        entries.append(entry)
        return entry
    }

    mutating func insert(_ entry: Entry) {
        entries.append(entry)
        if entries.count > PlanCache.capacity { entries.removeFirst() }
    }
}
