import Runtime

/// Part of a convolution's output: some rows of some pairs of output groups, in some images.
struct ConvolutionTask: Sendable, Hashable {
    var images: Range<Int>
    var pairs: Range<Int>
    var rows: Range<Int>
}

/// How a convolution is cut into tasks of about equal cost, in an order that re-uses what lies in cache.
struct ConvolutionTasks {
    let images: Int
    let rows: Int
    let width: Int
    /// Dot products of 64 bytes, about, that a pixel takes in each pair of output groups.
    let pairCosts: [Int]
    let weightBytes: Int
    /// Bytes of input that one output row brings.
    let inputRowBytes: Int

    /// Half of the second-level cache of current server cores (1 MiB on Zen 4 and 5, 2 MiB on Intel's since 2023).
    static let weightBudget = 512 << 10
    static let inputBudget = 256 << 10
    /// Weights that all images of a batch are run with, one after the other: half of the cache is left for an image.
    static let chunkBudget = 256 << 10
    /// Dot products that are worth a task of their own, some five microseconds: threads meet at the end of a layer.
    static let taskWork = 40_000

    /// Weights that stay in cache are used on one tile of rows after the other; larger ones are read once, some
    /// pairs at a time with all rows and images of the input.
    func cut(threads: Int) -> [ConvolutionTask] {
        guard images > 0, rows > 0, !pairCosts.isEmpty else { return [] }
        // Four a thread, as `HostThreads` hands out.
        let wanted = HostThreads.taskCount(
            images * rows * width * pairCosts.reduce(0, +) / ConvolutionTasks.taskWork, threads: threads)
        if weightBytes <= ConvolutionTasks.weightBudget {
            let tileRows = max(1, ConvolutionTasks.inputBudget / max(inputRowBytes, 1))
            let cached = (rows + tileRows - 1) / tileRows
            let tiles = min(rows, max(cached, (wanted + images - 1) / images))
            let chunks = min(pairCosts.count, (wanted + images * tiles - 1) / (images * tiles))
            let pairRanges = balancedPairs(chunks)
            return (0..<images).flatMap { image in
                (0..<tiles).flatMap { tile in
                    pairRanges.map { pairs in
                        ConvolutionTask(
                            images: image..<(image + 1), pairs: pairs,
                            rows: (tile * rows / tiles)..<((tile + 1) * rows / tiles))
                    }
                }
            }
        }
        let cached = (weightBytes + ConvolutionTasks.chunkBudget - 1) / ConvolutionTasks.chunkBudget
        let chunks = min(pairCosts.count, images > 1 ? max(wanted, cached) : wanted)
        let tiles = min(rows, (wanted + chunks - 1) / chunks)
        return balancedPairs(chunks).flatMap { pairs in
            (0..<tiles).map { tile in
                ConvolutionTask(
                    images: 0..<images, pairs: pairs, rows: (tile * rows / tiles)..<((tile + 1) * rows / tiles))
            }
        }
    }

    /// At most `count` ranges of pairs, none empty, whose costs are about equal.
    private func balancedPairs(_ count: Int) -> [Range<Int>] {
        let total = pairCosts.reduce(0, +)
        var ranges: [Range<Int>] = []
        var (first, spent) = (0, 0)
        for (pair, cost) in pairCosts.enumerated() {
            spent += cost
            // The share that the ranges so far, and this one, should have taken by its end.
            if spent * count >= total * (ranges.count + 1) || pair == pairCosts.count - 1 {
                ranges.append(first..<(pair + 1))
                first = pair + 1
            }
        }
        return ranges
    }
}
