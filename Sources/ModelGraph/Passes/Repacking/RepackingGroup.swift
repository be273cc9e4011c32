/// A group of channels as the weights of integer convolutions and products have it: the outputs of some, the inputs of others.
struct RepackingGroup {
    /// Of `ChannelGroups`.
    let number: Int
    let count: Int
    /// By pattern whose outputs hold the channels: where the first of them is.
    var producers: [(pattern: Int, first: Int)] = []
    /// By pattern whose inputs hold the channels.
    var consumers: [(pattern: Int, first: Int)] = []

    /// What the rows of a quad's inputs count when it is chosen, of 8 for those of its outputs: what suits a group depends on
    /// the shape of its zeros, so that several are tried.
    private static let producerWeights = [0, 1, 2, 8]

    /// The order of the channels that leaves the fewest blocks, nil where none found leaves fewer than there are.
    ///
    /// A channel's place decides on two kinds of blocks: with 3 others it makes the columns of its readers' blocks, with 15
    /// the rows of its makers'. Quads are chosen first, then four of them at a time.
    func bestOrder(_ patterns: [ZeroPattern]) -> [Int]? {
        let made = producers.map { slice(patterns[$0.pattern].outputRows(), from: $0.first) }
        let read = consumers.map { slice(patterns[$0.pattern].inputRows(), from: $0.first) }
        let quad = ZeroPattern.blockInputs
        func blocks(_ order: [Int]) -> Int {
            made.reduce(0) { $0 + $1.unions(of: order, size: ZeroPattern.blockOutputs).bitCount }
                + read.reduce(0) { $0 + $1.unions(of: order, size: quad).bitCount }
        }
        var best: (order: [Int]?, blocks: Int) = (nil, blocks(Array(0..<count)))
        func consider(_ order: [Int]) {
            let found = blocks(order)
            if found < best.blocks { best = (order, found) }
        }
        for weight in read.isEmpty ? [1] : made.isEmpty ? [0] : Self.producerWeights {
            let parts = read.map { ($0, 8) } + (weight == 0 ? [] : made.map { ($0, weight) })
            let channels = RowClusters(parts, count: count).order(size: quad)
            guard !made.isEmpty else {
                consider(channels)
                continue
            }
            let whole = count / quad
            let quads = RowClusters(
                made.map { ($0.unions(of: Array(channels.prefix(whole * quad)), size: quad), 1) }, count: whole
            ).order(size: ZeroPattern.blockOutputs / quad)
            consider(
                quads.flatMap { channels[($0 * quad)..<(($0 + 1) * quad)] } + channels.dropFirst(whole * quad))
        }
        return best.order
    }

    private func slice(_ rows: BitRows, from first: Int) -> BitRows {
        var result = BitRows(count: count, bits: rows.words * 64)
        result.bits = Array(rows.bits[(first * rows.words)..<((first + count) * rows.words)])
        return result
    }

    /// The patterns that the group's order changes.
    var patterns: Set<Int> { Set(producers.map(\.pattern)).union(consumers.map(\.pattern)) }

    /// Puts the channels into another order in all patterns.
    func apply(_ order: [Int], to patterns: inout [ZeroPattern]) {
        for (pattern, first) in producers {
            patterns[pattern].reorderOutputs(spread(order, over: patterns[pattern].outputs, from: first))
        }
        for (pattern, first) in consumers {
            patterns[pattern].reorderInputs(spread(order, over: patterns[pattern].inputs, from: first))
        }
    }

    private func spread(_ order: [Int], over total: Int, from first: Int) -> [Int] {
        Array(0..<first) + order.map { $0 + first } + Array((first + count)..<total)
    }
}
