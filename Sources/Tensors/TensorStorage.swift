import Foundation
import Synchronization

/// 64-byte aligned memory that a tensor owns, or borrows and never writes; it may come to be when it is first read.
///
/// `@unchecked Sendable`: `Tensor` writes only through a unique reference, and `block` changes once, under `turn`.
final class TensorStorage: @unchecked Sendable {
    private let byteCount: Int
    /// The address of the first byte; 0 until there is memory.
    private let address: Atomic<UInt>
    private let fill: (@Sendable (UnsafeMutableRawBufferPointer) -> Void)?
    private let turn = Mutex<Void>(())
    private var block: UnsafeMutableRawPointer?
    /// What keeps borrowed memory; nil where it is this storage's own.
    private let owner: (any AnyObject & Sendable)?

    static let alignment = 64

    /// Zeroed memory.
    init(byteCount: Int) {
        self.byteCount = byteCount
        (fill, owner) = (nil, nil)
        let memory = TensorStorage.allocate(byteCount)
        block = memory
        address = Atomic(TensorStorage.first(of: memory))
    }

    /// Memory that `fill` writes when it is first read.
    init(byteCount: Int, fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        self.byteCount = byteCount
        self.fill = fill
        owner = nil
        address = Atomic(0)
    }

    /// Memory of another object, which lives as long as this one does; only read.
    init(borrowing bytes: UnsafeRawBufferPointer, from owner: any AnyObject & Sendable) {
        byteCount = bytes.count
        fill = nil
        self.owner = owner
        address = Atomic(UInt(bitPattern: bytes.baseAddress))
    }

    /// Whether the bytes may be written: those of others may not.
    var isWritable: Bool { owner == nil }

    deinit { TensorStorage.deallocate(block, byteCount) }

    /// Whether there is memory.
    var isFilled: Bool { address.load(ordering: .acquiring) != 0 }

    /// The bytes.
    var buffer: UnsafeMutableRawBufferPointer {
        let known = address.load(ordering: .acquiring)
        return UnsafeMutableRawBufferPointer(
            start: UnsafeMutableRawPointer(bitPattern: known == 0 ? filled() : known), count: byteCount)
    }

    func copy() -> TensorStorage {
        let copy = TensorStorage(byteCount: byteCount)
        copy.buffer.copyMemory(from: UnsafeRawBufferPointer(buffer))
        return copy
    }

    private func filled() -> UInt {
        turn.withLock { _ in
            if block == nil {
                let memory = TensorStorage.allocate(byteCount)
                let first = TensorStorage.first(of: memory)
                fill?(
                    UnsafeMutableRawBufferPointer(
                        start: UnsafeMutableRawPointer(bitPattern: first), count: byteCount))
                block = memory
                address.store(first, ordering: .releasing)
            }
            return address.load(ordering: .relaxed)
        }
    }

    private static func first(of block: UnsafeMutableRawPointer) -> UInt {
        UInt(bitPattern: block.alignedUp(toMultipleOf: alignment))
    }

    /// Larger blocks come from the system and go back to it at once: weights that were packed would otherwise stay in the
    /// allocator's hands. Both sorts are zeroed, and take memory only as they are written.
    private static let largestFromAllocator = 1 << 16

    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        let block: UnsafeMutableRawPointer?
        if byteCount <= largestFromAllocator {
            block = calloc(1, byteCount + alignment)
        } else {
            block = mmap(nil, byteCount, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        }
        guard let block, block != MAP_FAILED else {
            preconditionFailure("no memory for a tensor of \(byteCount) bytes")
        }
        return block
    }

    private static func deallocate(_ block: UnsafeMutableRawPointer?, _ byteCount: Int) {
        guard let block else { return }
        if byteCount <= largestFromAllocator {
            free(block)
        } else {
            munmap(block, byteCount)
        }
    }
}
