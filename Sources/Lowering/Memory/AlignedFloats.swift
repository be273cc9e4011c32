import Foundation
import Tensors

/// Floats that stay at one address, on a cache line's boundary, and start as zeros.
///
/// `@unchecked Sendable`: whoever makes them writes them before sharing them.
package final class AlignedFloats: @unchecked Sendable {
    package let address: UnsafeMutablePointer<Float>
    package let count: Int

    /// - Throws: `.outOfMemory` if they are more than a model may ask for, or than the system gives.
    package init(count: Int, for purpose: @autoclosure () -> String) throws(HoneError) {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Float>.stride)
        try MemoryLimit.check(overflow ? .max : byteCount, for: purpose())
        var memory: UnsafeMutableRawPointer?
        guard posix_memalign(&memory, 64, max(byteCount, 64)) == 0, let memory else {
            throw HoneError(.outOfMemory, "\(purpose()): the system gave no \(byteCount) bytes")
        }
        address = memory.bindMemory(to: Float.self, capacity: max(count, 16))
        address.initialize(repeating: 0, count: max(count, 16))
        self.count = count
    }

    deinit { free(address) }
}
