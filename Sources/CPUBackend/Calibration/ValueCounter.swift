import CMicrokernels
import Foundation
import Lowering
import Runtime
import Tensors

/// Sums up float32 values for calibration where they lie, in any layout, on all threads. Belongs to one session.
///
/// Every thread's tables stay allocated: fresh memory would cost as much as small values do.
final class ValueCounter {
    /// What is worth a thread, and a task: some 30 microseconds.
    private static let taskElements = 1 << 16

    private let memory: UnsafeMutableRawPointer
    private let counts: [OpaquePointer]

    /// - Throws: `.outOfMemory`.
    init(threads: Int) throws(HoneError) {
        // As many tasks as `HostThreads` cuts work into.
        let (capacity, size) = (max(1, threads) * 4, mk_value_counts_size())
        var block: UnsafeMutableRawPointer?
        guard posix_memalign(&block, 64, capacity * size) == 0, let memory = block else {
            throw HoneError(.outOfMemory, "counting values on \(threads) threads takes \(capacity * size) bytes")
        }
        self.memory = memory
        counts = (0..<capacity).map { OpaquePointer(memory + $0 * size) }
    }

    deinit { free(memory) }

    /// The summary of a value; nil for types other than float32 and for values without elements.
    ///
    /// - Parameter address: the value's first byte, halo included.
    func summary(of value: StepOperands.Value, at address: UnsafeRawPointer) -> ValueSummary? {
        guard value.type.elementType == .float32, value.type.elementCount > 0 else { return nil }
        let pieces = ValuePieces(of: value)
        let worthwhile = value.type.elementCount / ValueCounter.taskElements
        let tasks = min(
            pieces.count, counts.count,
            HostThreads.taskCount(worthwhile, threads: min(HostThreads.limit, counts.count / 4)))
        var extremes = [mk_value_extremes](repeating: mk_value_extremes(), count: pieces.count)
        extremes.withUnsafeMutableBufferPointer { extremes in
            guard let extremes = extremes.baseAddress else { return }
            for piece in 0..<pieces.count { mk_value_extremes_start(extremes + piece) }
            let work = Work(counts: counts, extremes: extremes, address: address)
            HostThreads.forEach(count: tasks) { task in
                work.run(pieces, task * pieces.count / tasks..<(task + 1) * pieces.count / tasks, as: task)
            }
        }
        let piecesPerSample = pieces.count / pieces.sampleCount
        return ValueSummary(
            (0..<pieces.sampleCount).map {
                .init(pieces: extremes[$0 * piecesPerSample..<($0 + 1) * piecesPerSample])
            },
            counted: counts.prefix(tasks))
    }

    /// `@unchecked Sendable`: tasks touch counts and extremes of their own.
    private struct Work: @unchecked Sendable {
        let counts: [OpaquePointer]
        let extremes: UnsafeMutablePointer<mk_value_extremes>
        let address: UnsafeRawPointer

        func run(_ pieces: ValuePieces, _ range: Range<Int>, as task: Int) {
            let own = counts[task]
            mk_value_counts_start(own)
            var sinceFlush = 0
            for piece in range {
                sinceFlush += pieces.elementCount
                if sinceFlush > MK_VALUE_LIMIT {
                    mk_value_counts_flush(own)
                    sinceFlush = pieces.elementCount
                }
                pieces.count(piece, at: address, into: own, extremes + piece)
            }
            mk_value_counts_flush(own)
        }
    }
}
