import Foundation

/// Memory of this process, as Linux counts it; nil where the system does not say.
package struct ProcessMemory: Sendable {
    /// Bytes in memory now.
    package let residentBytes: Int
    /// The most bytes that were in memory at once since the process began.
    package let peakBytes: Int

    /// What `/proc/self/status` says (proc_pid_status(5): VmRSS and VmHWM, in KiB).
    package static var current: ProcessMemory? {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8) else { return nil }
        return ProcessMemory(status: status)
    }

    package init?(status: String) {
        func bytes(_ key: String) -> Int? {
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }) else { return nil }
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.count >= 2, let kibibytes = Int(words[1]) else { return nil }
            return kibibytes * 1024
        }
        guard let resident = bytes("VmRSS"), let peak = bytes("VmHWM") else { return nil }
        residentBytes = resident
        peakBytes = peak
    }
}
