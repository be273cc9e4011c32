import Foundation
import Synchronization

/// Threads that wait for work without sleeping at once: a network's layers follow each other within microseconds, and
/// waking a sleeping thread costs about as much as a small layer.
///
/// `@unchecked Sendable`: `job` is written before `ticket` is published and read by those that the ticket asks for, all of
/// which are done before the next is written.
final class WorkerPool: @unchecked Sendable {
    /// One worker less than there are cores: the caller is the other.
    static let shared = WorkerPool(workers: ProcessInfo.processInfo.activeProcessorCount - 1)

    /// How often a worker looks for work before it sleeps: some 30 microseconds.
    private static let spins = 1 << 14
    /// The low bits of a ticket: how many workers are asked for; the others count jobs.
    private static let countBits: UInt64 = 16

    private let workers: Int
    private let ticket = Atomic<UInt64>(0)
    /// Workers that were asked for and are not done.
    private let pending = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let isBusy = Atomic<Bool>(false)
    private let bell = NSCondition()
    private var job: (_ thread: Int) -> Void = { _ in }

    init(workers: Int) {
        self.workers = max(workers, 0)
        for number in 0..<self.workers {
            let thread = Thread { [unowned self] in serve(UInt64(number)) }
            thread.name = "hone worker \(number)"
            thread.start()
        }
    }

    /// Calls `body` on the caller's thread, which is number 0, and on up to `threads - 1` others at the same time, and returns
    /// when all are done.
    ///
    /// A call while another is going on, as from within a job, runs on the caller's thread alone.
    func perform(on threads: Int, _ body: (_ thread: Int) -> Void) {
        let helpers = min(threads - 1, workers)
        guard helpers > 0, !isBusy.exchange(true, ordering: .acquiring) else { return body(0) }
        withoutActuallyEscaping(body) { body in
            job = body
            pending.store(helpers, ordering: .relaxed)
            let number = (ticket.load(ordering: .relaxed) >> WorkerPool.countBits) &+ 1
            ticket.store(number << WorkerPool.countBits | UInt64(helpers), ordering: .sequentiallyConsistent)
            if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
                bell.lock()
                bell.broadcast()
                bell.unlock()
            }
            body(0)
            var looks = 0
            while pending.load(ordering: .acquiring) > 0 {
                looks += 1
                // More threads than processors: let the worker have this one.
                if looks % WorkerPool.spins == 0 { sched_yield() }
            }
            job = { _ in }
        }
        isBusy.store(false, ordering: .releasing)
    }

    private func serve(_ number: UInt64) {
        var seen: UInt64 = 0
        while true {
            let current = nextTicket(after: seen)
            seen = current
            guard number < current & ((1 << WorkerPool.countBits) - 1) else { continue }
            job(Int(number) + 1)
            pending.subtract(1, ordering: .releasing)
        }
    }

    private func nextTicket(after seen: UInt64) -> UInt64 {
        for _ in 0..<WorkerPool.spins {
            let current = ticket.load(ordering: .acquiring)
            if current != seen { return current }
        }
        bell.lock()
        sleepers.add(1, ordering: .sequentiallyConsistent)
        while ticket.load(ordering: .sequentiallyConsistent) == seen { bell.wait() }
        sleepers.subtract(1, ordering: .sequentiallyConsistent)
        bell.unlock()
        return ticket.load(ordering: .acquiring)
    }
}
