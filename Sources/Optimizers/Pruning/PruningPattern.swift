import Tensors

/// Which weights become zero together.
package enum PruningPattern: Hashable, Sendable {
    /// Blocks of neighbouring output channels x neighbouring input channels, at one tap of the kernel. The last blocks of a
    /// layer are smaller where they do not divide its channels.
    case blocks(outputs: Int, inputs: Int)
    /// Of every `of` neighbouring input channels, at one tap and for one output, all but `kept` are zero: N:M sparsity.
    case share(kept: Int, of: Int)
    /// Whole output channels, which are taken out of the graph.
    case channels

    /// What the int8 kernels skip.
    package static let `default` = PruningPattern.blocks(outputs: 16, inputs: 4)

    /// More outputs or inputs in a block than any layer has sense for.
    private static let sideLimit = 4096

    /// Reads `16x4`, `1x1`, `2:4`, `channel`: outputs x inputs, kept : of.
    ///
    /// - Throws: `.invalidOption` for anything else.
    package init(_ text: String) throws(HoneError) {
        if text == "channel" {
            self = .channels
            return
        }
        let isShare = text.contains(":")
        let sides = text.split(separator: isShare ? ":" : "x", omittingEmptySubsequences: false).map { Int($0) }
        guard sides.count == 2, let first = sides[0], let second = sides[1],
            (1...PruningPattern.sideLimit).contains(first), (1...PruningPattern.sideLimit).contains(second)
        else {
            throw HoneError(
                .invalidOption, "there is no pruning pattern '\(text)'",
                remedy: "give outputs x inputs such as 16x4, 4x1 or 1x1, N:M such as 2:4, or channel")
        }
        guard isShare else {
            self = .blocks(outputs: first, inputs: second)
            return
        }
        guard first < second else {
            throw HoneError(
                .invalidOption, "the pattern '\(text)' keeps all weights", remedy: "N of N:M is less than M")
        }
        self = .share(kept: first, of: second)
    }
}

extension PruningPattern: CustomStringConvertible {
    /// As options and files write it.
    package var description: String {
        switch self {
        case .blocks(let outputs, let inputs): "\(outputs)x\(inputs)"
        case .share(let kept, let of): "\(kept):\(of)"
        case .channels: "channel"
        }
    }
}
