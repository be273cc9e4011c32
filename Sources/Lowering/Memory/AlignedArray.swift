import Foundation

/// Elements of a trivial type in memory that starts at a multiple of 64 bytes, where vector loads cross no cache line.
///
/// Pages that are never written take no memory, so a list may be made with room for more than it gets.
///
/// `@unchecked Sendable`: whoever makes one writes it before sharing it.
package final class AlignedArray<Element: BitwiseCopyable>: @unchecked Sendable {
    package let address: UnsafeMutablePointer<Element>
    package let capacity: Int

    /// Elements are undefined until they are written.
    package init(capacity: Int) {
        var block: UnsafeMutableRawPointer?
        let byteCount = max(capacity * MemoryLayout<Element>.stride, 64)
        guard posix_memalign(&block, 64, byteCount) == 0, let block else {
            preconditionFailure("no memory for \(byteCount) bytes of packed weights")
        }
        address = block.bindMemory(to: Element.self, capacity: capacity)
        self.capacity = capacity
    }

    package convenience init(_ elements: [Element]) {
        self.init(capacity: elements.count)
        for (index, element) in elements.enumerated() { address[index] = element }
    }

    deinit { free(address) }
}
