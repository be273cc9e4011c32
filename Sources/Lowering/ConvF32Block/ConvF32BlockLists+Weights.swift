import CMicrokernels

extension ConvF32BlockLists {
    /// Writes the weights that the lists were made from, row-major, with zeros for the blocks that were left out.
    ///
    /// - Parameters:
    ///   - weights: room for as many floats as `shape` says.
    ///   - shape: `[M, C / group, rows, columns]`, as it was packed.
    ///   - group: the convolution's groups; as many as channels if the lists are depthwise.
    package func unpack(into weights: UnsafeMutableRawBufferPointer, shape: [Int], group: Int) {
        let target = weights.bindMemory(to: Float.self)
        target.update(repeating: 0)
        let (outputs, taps) = (shape[0], shape[2] * shape[3])
        let outputsPerGroup = outputs / group
        for list in lists.indices {
            let groups = self.groups(list)
            var source = self.weights.address + Int(lists[list].first_weight)
            // Depthwise, a tap is the one of lane 0, and each lane is a group of its own: its only channel is 0.
            let firstChannel = groups.lowerBound * 16 / outputsPerGroup * shape[1]
            for tap in self.taps[entries(list)] {
                let column = (Int(tap.channel) - firstChannel) * taps + Int(tap.row) * shape[3] + Int(tap.column)
                for block in groups {
                    let first = block * 16
                    for lane in 0..<min(16, outputs - first) {
                        target[(first + lane) * shape[1] * taps + column] = source[lane]
                    }
                    source += 16
                }
            }
        }
    }
}
