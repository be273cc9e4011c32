import Foundation
import Runtime
import Tensors

/// Host memory of one value, for definitions and observers.
final class HostMemory {
    let bytes: UnsafeMutableRawBufferPointer

    /// - Throws: `.outOfMemory` if the system does not give it.
    init(byteCount: Int) throws(HoneError) {
        var address: UnsafeMutableRawPointer?
        guard posix_memalign(&address, Plan.arenaAlignment, max(byteCount, 1)) == 0, let address else {
            throw HoneError(
                .outOfMemory, "a value on the host takes \(byteCount) bytes", remedy: "run smaller batches")
        }
        bytes = UnsafeMutableRawBufferPointer(start: address, count: byteCount)
    }

    deinit { free(bytes.baseAddress) }
}
