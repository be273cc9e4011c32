import CMicrokernels
import Runtime
import Tensors

/// A constant matrix of 8-bit weights as the block lists of `mk_gemm_u8_block`, packed once when a plan is prepared.
package struct PackedProductWeights: Sendable {
    /// 32 columns: two groups of 16 share the load of their inputs.
    package static let pairColumns = 32

    package let blocks: AlignedArray<Int8>
    package let offsets: AlignedArray<Int32>
    package let lists: AlignedArray<mk_block_list>
    package let pairs: Int
    /// For each column, up to a multiple of 32: the sum of its weights less their zero point, wrapping.
    package let sums: [Int32]
    /// For each pair: how many blocks its list holds.
    package let blockCounts: [Int]

    let (depth, columns): (Int, Int)
    let isTransposed: Bool
    /// For each column, up to a multiple of 32: the byte of the file that its zero point is.
    let zeroBytes: [UInt8]

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
        let purpose = "the packed weights of a matrix product"
        blocks = try AlignedArray(room: blockBytes, for: purpose)
        offsets = try AlignedArray(room: entries, for: purpose)
        self.lists = try AlignedArray(lists, for: purpose)
        self.pairs = pairs
        self.blockCounts = blockCounts
        (self.depth, self.columns, self.isTransposed) = (depth, columns, isTransposed)
        zeroBytes = zeros.map { UInt8(truncatingIfNeeded: $0) ^ (isUnsigned ? 0x80 : 0) }
        let (blocks, offsets, written) = (blocks.address, offsets.address, self.lists.address)
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
}
