import Foundation
import Tensors

/// Elements of a trivial type that stay at one address, on a cache line's boundary, where vector loads cross no line.
///
/// `@unchecked Sendable`: whoever makes one writes it before sharing it.
package final class AlignedArray<Element: BitwiseCopyable>: @unchecked Sendable {
    package let address: UnsafeMutablePointer<Element>
    package let count: Int
    /// What the allocator gave; `address` is its first cache line.
    private let block: UnsafeMutableRawPointer

    private static var alignment: Int { 64 }

    /// Elements are undefined until they are written. Pages that are never written take no memory, so a list may be made
    /// with room for more than it gets.
    ///
    /// - Parameter purpose: what errors call it.
    /// - Throws: `.outOfMemory` if the system does not give it.
    package init(room count: Int, for purpose: @autoclosure () -> String) throws(HoneError) {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        var block: UnsafeMutableRawPointer?
        guard !overflow, posix_memalign(&block, Self.alignment, max(byteCount, Self.alignment)) == 0, let block else {
            throw HoneError(
                .outOfMemory, "\(purpose()): the system gave no \(count) * \(MemoryLayout<Element>.stride) bytes")
        }
        address = block.bindMemory(to: Element.self, capacity: count)
        self.count = count
        self.block = block
    }

    /// Elements whose bytes are all 0.
    ///
    /// - Throws: `.outOfMemory` if they are more than a model may ask for, or than the system gives.
    package init(zeros count: Int, for purpose: @autoclosure () -> String) throws(HoneError) {
        let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
        try MemoryLimit.check(overflow ? .max : byteCount, for: purpose())
        // The system's own zeros, where the block is large: writing them would touch every page once more.
        guard let block = calloc(1, byteCount + Self.alignment) else {
            throw HoneError(.outOfMemory, "\(purpose()): the system gave no \(byteCount) bytes")
        }
        address = block.alignedUp(toMultipleOf: Self.alignment).bindMemory(to: Element.self, capacity: count)
        self.count = count
        self.block = block
    }

    /// - Throws: `.outOfMemory` if the system does not give it.
    package convenience init(_ elements: [Element], for purpose: @autoclosure () -> String) throws(HoneError) {
        try self.init(room: elements.count, for: purpose())
        for (index, element) in elements.enumerated() { address[index] = element }
    }

    deinit { free(block) }
}
