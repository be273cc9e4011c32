import Foundation

/// A part of a convolution's output: some rows of the groups of some lists.
struct ConvF32BlockTask {
    let rows: Range<Int>
    let lists: Range<Int>

    /// Bytes of input that stay in a core's second-level cache beside the weights that stream past.
    private static let cachedInputBytes = 384 << 10
    /// Vector operations that are worth a task of their own: some 25 microseconds.
    private static let taskOperations = 200_000
    /// Tasks of one step, about: enough to keep every thread busy to the end, no more, since lists of one task share input.
    private static let taskLimit = max(16, 4 * ProcessInfo.processInfo.activeProcessorCount)

    /// Cuts one image: rows so that the input of a task stays in cache, then lists into parts of equal work.
    ///
    /// - Parameters:
    ///   - costs: vector operations of each list for a pixel.
    ///   - inputRowBytes: bytes of input that one row of output adds.
    static func tasks(costs: [Int], rows: Int, width: Int, images: Int, inputRowBytes: Int) -> [ConvF32BlockTask] {
        let rowsAtOnce = min(rows, max(1, cachedInputBytes / max(1, inputRowBytes)))
        let rowParts = (rows - 1) / rowsAtOnce + 1
        let operations = Double(costs.reduce(0, +)) * Double(rows) * Double(width) * Double(images)
        let wanted = Int(min(operations / Double(taskOperations), Double(taskLimit)))
        let listParts = split(costs, into: max(1, wanted / max(1, rowParts * images)))
        var tasks: [ConvF32BlockTask] = []
        for part in 0..<rowParts {
            let range = part * rows / rowParts..<(part + 1) * rows / rowParts
            for lists in listParts { tasks.append(ConvF32BlockTask(rows: range, lists: lists)) }
        }
        return tasks
    }

    /// Neighbouring lists in at most `parts` runs of about equal cost, none empty.
    private static func split(_ costs: [Int], into parts: Int) -> [Range<Int>] {
        let total = costs.reduce(0, +)
        var ranges: [Range<Int>] = []
        var (first, sum) = (0, 0)
        for index in costs.indices {
            sum += costs[index]
            let isEnd = index == costs.count - 1 || sum * parts >= total * (ranges.count + 1)
            guard isEnd else { continue }
            ranges.append(first..<index + 1)
            first = index + 1
        }
        return ranges
    }
}
