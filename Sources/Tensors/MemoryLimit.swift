import Foundation

/// How much memory Hone lets a model or its data ask for.
///
/// A few bytes of a file can declare tensors of a terabyte, and an allocation that the system refuses, or grants and
/// cannot keep, ends the process. What a file decides is therefore checked against this before it is allocated.
package enum MemoryLimit {
    /// Half of what the machine, its container or the process's limit gives: values are copied on their way in and out.
    package static let byteCount = available / 2

    /// - Throws: `.outOfMemory` if `purpose` needs more.
    package static func check(
        _ byteCount: Int, for purpose: @autoclosure () -> String, remedy: String? = nil
    ) throws(HoneError) {
        guard byteCount <= MemoryLimit.byteCount else {
            throw HoneError(
                .outOfMemory,
                "\(purpose()): this takes \(inMebibytes(byteCount)) of memory, and \(inMebibytes(MemoryLimit.byteCount)) "
                    + "are allowed, half of what there is", remedy: remedy)
        }
    }

    private static func inMebibytes(_ byteCount: Int) -> String { "\(byteCount >> 20) MiB" }

    private static var available: Int {
        var available = Int(clamping: ProcessInfo.processInfo.physicalMemory)
        var limit = rlimit()
        #if os(Linux)
            let isKnown = getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0
        #else
            let isKnown = getrlimit(RLIMIT_AS, &limit) == 0
        #endif
        if isKnown { available = min(available, Int(clamping: limit.rlim_cur)) }
        #if os(Linux)
            // A container's own limit (control groups, version 2); "max" where there is none.
            if let text = try? String(contentsOfFile: "/sys/fs/cgroup/memory.max", encoding: .utf8),
                let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                available = min(available, limit)
            }
        #endif
        return available
    }
}
