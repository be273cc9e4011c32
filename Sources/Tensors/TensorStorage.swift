import Foundation
import Synchronization

/// 64-byte aligned memory that a tensor owns; it may come to be when it is first read.
///
/// `@unchecked Sendable`: `Tensor` writes only through a unique reference, and `block` changes once, under `turn`.
final class TensorStorage: @unchecked Sendable {
    private let byteCount: Int
    /// The address of the first byte; 0 until there is memory.
    private let address: Atomic<UInt>
    private let fill: (@Sendable (UnsafeMutableRawBufferPointer) -> Void)?
    private let turn = Mutex<Void>(())
    private var block: UnsafeMutableRawPointer?

    private static let alignment = 64

    /// Zeroed memory.
    init(byteCount: Int) {
        self.byteCount = byteCount
        fill = nil
        let memory = TensorStorage.allocate(byteCount)
        block = memory
        address = Atomic(TensorStorage.first(of: memory))
    }

    /// Memory that `fill` writes when it is first read.
    init(byteCount: Int, fill: @escaping @Sendable (UnsafeMutableRawBufferPointer) -> Void) {
        self.byteCount = byteCount
        self.fill = fill
        address = Atomic(0)
    }

    deinit { free(block) }

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

    // `calloc` gets large blocks zeroed from the system, which sets pages aside only as they are written.
    private static func allocate(_ byteCount: Int) -> UnsafeMutableRawPointer {
        guard let block = calloc(1, byteCount + alignment) else {
            preconditionFailure("no memory for a tensor of \(byteCount) bytes")
        }
        return block
    }

    private static func first(of block: UnsafeMutableRawPointer) -> UInt {
        UInt(bitPattern: block.alignedUp(toMultipleOf: alignment))
    }
}
