import Foundation

/// How many threads a host kernel may use, and the loop that uses them.
///
/// Results never depend on the number: an iteration owns what it writes.
package enum HostThreads {
    /// The limit for the current call; a session sets it for its kernels.
    @TaskLocal package static var limit = ProcessInfo.processInfo.activeProcessorCount

    /// Calls `body` for every index below `count`, in runs of neighbouring indices, one run a thread at a time.
    package static func forEach(count: Int, _ body: (Int) -> Void) {
        let threads = min(limit, count)
        guard threads > 1 else {
            for index in 0..<max(count, 0) { body(index) }
            return
        }
        // Four runs a thread: short enough that one slow thread does not hold up the rest.
        let runs = min(count, threads * 4)
        let next = WorkCounter()
        withoutActuallyEscaping(body) { body in
            let shared = SharedBody(call: body)
            WorkerPool.shared.perform(on: threads) {
                while let run = next.take(below: runs) {
                    for index in (run * count / runs)..<((run + 1) * count / runs) { shared.call(index) }
                }
            }
        }
    }
}

/// `@unchecked Sendable`: every index writes memory of its own, and the loop ends before its caller goes on.
private struct SharedBody: @unchecked Sendable {
    let call: (Int) -> Void
}
