import CMicrokernels
import Foundation
import Runtime
import Tensors

/// A constant matrix of 8-bit weights as the block lists of `mk_gemm_u8_block`, packed once when a plan is prepared.
///
/// `@unchecked Sendable`: written by its initializer alone.
package final class PackedProductWeights: @unchecked Sendable {
    /// 32 columns: two groups of 16 share the load of their inputs.
    package static let pairColumns = 32

    package let blocks: UnsafeMutablePointer<Int8>
    package let offsets: UnsafeMutablePointer<Int32>
    package let lists: UnsafeMutablePointer<mk_block_list>
    package let pairs: Int
    /// For each column, up to a multiple of 32: the sum of its weights less their zero point, wrapping.
    package let sums: [Int32]
    /// For each pair: how many blocks its list holds.
    package let blockCounts: [Int]

    /// - Parameters:
    ///   - matrix: `[depth, columns]`, or `[columns, depth]` where `isTransposed`, of int8 or uint8.
    ///   - zeroPoints: one, or one for each column.
    /// - Throws: `.outOfMemory`.
    package init(
        _ matrix: Tensor, depth: Int, columns: Int, isTransposed: Bool, zeroPoints: [Int32]
    ) throws(HoneError) {
        precondition(matrix.elementCount == depth * columns && matrix.elementType.byteCount == 1)
        let isUnsigned = matrix.elementType == .uint8
        let pairs = (columns - 1) / PackedProductWeights.pairColumns + 1
        let padded = pairs * PackedProductWeights.pairColumns
        let zeros = (0..<padded).map { column -> Int16 in
            guard let zero = zeroPoints.count == 1 ? zeroPoints.first : zeroPoints.dropFirst(column).first else {
                return 0
            }
            return Int16(truncatingIfNeeded: isUnsigned ? zero - 128 : zero)
        }
        var lists = [mk_block_list](repeating: mk_block_list(), count: pairs)
        func withWeights(_ body: (_ weights: UnsafePointer<mk_gemm_u8_weights>) -> Void) {
            matrix.withUnsafeBytes { bytes in
                zeros.withUnsafeBufferPointer { zeros in
                    var weights = mk_gemm_u8_weights(
                        values: bytes.assumingMemoryBound(to: UInt8.self).baseAddress,
                        depth_stride: isTransposed ? 1 : columns, column_stride: isTransposed ? depth : 1,
                        depth: Int32(depth), columns: Int32(columns), flip: isUnsigned ? 0x80 : 0,
                        zero_points: zeros.baseAddress)
                    withUnsafePointer(to: &weights) { body($0) }
                }
            }
        }
        lists.withUnsafeMutableBufferPointer { lists in
            let lists = lists
            withWeights { weights in
                HostThreads.forEach(count: pairs) { pair in
                    mk_gemm_u8_count(weights, Int32(pair), &lists[pair])
                }
            }
        }
        var (blockBytes, entries) = (0, 0)
        var blockCounts: [Int] = []
        for pair in lists.indices {
            let list = lists[pair]
            lists[pair].first_block = UInt64(blockBytes)
            lists[pair].first_offset = UInt32(entries)
            let blocks = Int(list.both) * 2 + Int(list.first) + Int(list.second)
            blockCounts.append(blocks)
            blockBytes += blocks * 64
            entries += Int(list.both) + Int(list.first) + Int(list.second)
        }
        try MemoryLimit.check(blockBytes, for: "packed weights of a matrix product")
        blocks = try allocateAligned(blockBytes)
        offsets = UnsafeMutablePointer.allocate(capacity: max(entries, 1))
        self.lists = UnsafeMutablePointer.allocate(capacity: pairs)
        self.lists.initialize(from: lists, count: pairs)
        self.pairs = pairs
        self.blockCounts = blockCounts
        let (blocks, offsets, written) = (self.blocks, self.offsets, self.lists)
        sums = [Int32](unsafeUninitializedCapacity: padded) { sums, count in
            if let base = sums.baseAddress {
                withWeights { weights in
                    HostThreads.forEach(count: pairs) { pair in
                        mk_gemm_u8_pack(
                            weights, Int32(pair), written + pair, blocks, offsets,
                            base + pair * PackedProductWeights.pairColumns)
                    }
                }
            }
            count = padded
        }
    }

    deinit {
        free(blocks)
        offsets.deallocate()
        lists.deallocate()
    }
}

/// Memory that begins at a cache line; `free` gives it back.
///
/// - Throws: `.outOfMemory` if the system does not give it.
package func allocateAligned<Element: BitwiseCopyable>(_ count: Int) throws(HoneError) -> UnsafeMutablePointer<Element>
{
    var address: UnsafeMutableRawPointer?
    let (byteCount, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
    guard !overflow, posix_memalign(&address, Plan.arenaAlignment, byteCount) == 0, let address else {
        throw HoneError(.outOfMemory, "a kernel needs \(count) elements of \(MemoryLayout<Element>.stride) bytes")
    }
    return address.bindMemory(to: Element.self, capacity: max(count, 1))
}
