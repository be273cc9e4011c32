import Synchronization

/// Hands out numbers from 0 on, each once, to any number of threads.
final class WorkCounter: Sendable {
    private let next = Atomic<Int>(0)

    /// The next number, nil when `limit` of them are gone.
    func take(below limit: Int) -> Int? {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < limit ? number : nil
    }
}
