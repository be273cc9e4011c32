import Foundation
import Tensors

/// Bytes of a file in the process's address space: read by the system as they are touched, and let go of when memory is
/// wanted elsewhere.
///
/// A file that another process cuts short while it is mapped ends this one when the missing bytes are read; files that
/// are written whole and renamed, as Hone's are, cannot do that.
package final class FileMapping: Sendable {
    /// Nonisolated: nothing ever writes there.
    private nonisolated(unsafe) let start: UnsafeMutableRawPointer
    private let length: Int
    /// Where the bytes asked for begin: mappings begin at pages.
    private let first: Int

    /// Maps the bytes at `offset` for reading.
    ///
    /// - Returns: nil where the system maps no such file; it can be read then.
    package init?(_ file: borrowing InputFile, at offset: Int, count: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard count > 0, offset >= 0, !overflow, end <= file.size, page > 0 else { return nil }
        first = offset % page
        length = count + first
        let mapped = mmap(nil, length, PROT_READ, MAP_PRIVATE, file.descriptor, off_t(offset - first))
        guard let mapped, mapped != MAP_FAILED else { return nil }
        start = mapped
    }

    deinit { munmap(start, length) }

    /// The bytes; valid while the mapping lives.
    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start + first, count: length - first) }
}
