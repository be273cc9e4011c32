import Dispatch

/// Runs `body` for every index, on all cores. What it computes must not depend on the order.
func forEachInParallel(_ count: Int, _ body: (Int) -> Void) {
    if count == 1 {
        body(0)
    } else if count > 1 {
        withoutActuallyEscaping(body) { body in
            let shared = SharedBody(call: body)
            DispatchQueue.concurrentPerform(iterations: count) { shared.call($0) }
        }
    }
}

/// `@unchecked Sendable`: every index writes memory of its own, and the loop ends before its caller goes on.
private struct SharedBody: @unchecked Sendable {
    let call: (Int) -> Void
}
