import CMicrokernels

extension BlockLists {
    /// Writes the weights that the lists were made from, `[M, C / group, kernel...]`, one byte each.
    ///
    /// - Parameters:
    ///   - zeroPoints: one for each output, as they were packed.
    ///   - group: the convolution's groups.
    package func unpack(into weights: UnsafeMutableRawBufferPointer, zeroPoints: [Int32], group: Int) {
        guard let base = weights.baseAddress, outputs > 0 else { return }
        let sources = coordinates.sources()
        sources.withUnsafeBufferPointer { sources in
            zeroPoints.withUnsafeBufferPointer { zeroPoints in
                entries.withUnsafeBufferPointer { entries in
                    var description = mk_conv_weights(
                        weights: nil, is_unsigned: 0, outputs: Int64(outputs),
                        per_output: Int64(weights.count / outputs), zero_points: zeroPoints.baseAddress,
                        outputs_per_group: Int64(outputs / group), sources: sources.baseAddress)
                    for pair in 0..<pairs {
                        let list = lists.address[pair]
                        let counts = [list.both, list.first, list.second]
                        mk_unpack_conv_u8_pair(
                            &description, base.assumingMemoryBound(to: UInt8.self), Int64(pair),
                            blocks.address + Int(list.first_block),
                            entries.baseAddress.map { $0 + Int(list.first_offset) }, counts)
                    }
                }
            }
        }
    }
}
