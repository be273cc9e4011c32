import Foundation

/// How many threads a host kernel may use, and the loop that uses them.
///
/// Results never depend on the number: an iteration owns what it writes.
package enum HostThreads {
    /// The limit for the current call; a session sets it for its kernels.
    @TaskLocal package static var limit = ProcessInfo.processInfo.activeProcessorCount

    /// How many tasks to cut work into: a multiple of the threads, so that they end together; one where it is not worth two.
    ///
    /// - Parameter worthwhile: how many tasks of a size that is worth its start the work holds.
    package static func taskCount(_ worthwhile: Int, threads: Int) -> Int {
        guard threads > 1, worthwhile > 1 else { return 1 }
        return min(threads * 4, max(threads, worthwhile / threads * threads))
    }

    /// Calls `body` for every index below `count`, in runs of neighbouring indices, one run a thread at a time.
    package static func forEach(count: Int, _ body: (Int) -> Void) {
        let threads = min(limit, count)
        guard threads > 1 else {
            for index in 0..<max(count, 0) { body(index) }
            return
        }
        // Four runs a thread: short enough that one slow thread does not hold up the rest.
        let runs = min(count, threads * 4)
        // Each thread begins with its own neighbouring runs, the same ones in every layer, so that it finds in its cache what
        // it made before; then it takes what others have left.
        let shares = (0..<threads).map { share in
            WorkCounter(from: share * runs / threads, to: (share + 1) * runs / threads)
        }
        withoutActuallyEscaping(body) { body in
            let shared = SharedBody(call: body)
            WorkerPool.shared.perform(on: threads) { thread in
                for share in 0..<threads {
                    while let run = shares[(thread + share) % threads].take() {
                        for index in (run * count / runs)..<((run + 1) * count / runs) { shared.call(index) }
                    }
                }
            }
        }
    }
}

/// `@unchecked Sendable`: every index writes memory of its own, and the loop ends before its caller goes on.
private struct SharedBody: @unchecked Sendable {
    let call: (Int) -> Void
}
