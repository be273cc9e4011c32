import CMicrokernels

/// How many blocks of weights a kernel keeps, of those that weights without a zero would take.
package struct BlockDensity: Sendable, Hashable, CustomStringConvertible {
    package let kept: Int
    package let possible: Int

    /// As the plan's table prints it.
    package var description: String { "\(kept) of \(possible) blocks" }
}

extension BlockLists {
    /// Blocks of 16 outputs x 4 inputs. A weight that int8 does not hold takes several.
    package var density: BlockDensity {
        BlockDensity(kept: (0..<pairs).reduce(0) { $0 + list(ofPair: $1).blockCount }, possible: possibleBlocks)
    }
}

extension PackedProductWeights {
    /// Blocks of 16 columns x 4 inputs. A weight that int8 does not hold takes several.
    package var density: BlockDensity {
        BlockDensity(kept: blockCounts.reduce(0, +), possible: (columns + 15) / 16 * ((depth + 3) / 4))
    }
}

extension ConvF32BlockLists {
    /// Blocks of 16 outputs x 1 input.
    package var density: BlockDensity {
        BlockDensity(kept: lists.reduce(0) { $0 + Int($1.count) * Int($1.groups) }, possible: possibleBlocks)
    }
}
