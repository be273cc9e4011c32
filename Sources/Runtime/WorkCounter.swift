import Synchronization

/// Hands out the numbers of a range, each once, to any number of threads.
final class WorkCounter: Sendable {
    private let next: Atomic<Int>
    private let end: Int

    init(from start: Int, to end: Int) {
        next = Atomic(start)
        self.end = end
    }

    /// The next number, nil when all are gone.
    func take() -> Int? {
        let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return number < end ? number : nil
    }
}
