import TestSupport
import Testing

@testable import CPUBackend

@Suite struct ConvolutionTasksTests {
    /// Every pixel of every group is one task's, for any number of threads.
    @Test(arguments: 0..<200) func tasksCoverTheOutputOnce(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let (images, rows) = (Int.random(in: 1...3, using: &random), Int.random(in: 1...20, using: &random))
        let costs = (0..<Int.random(in: 1...12, using: &random)).map { _ in Int.random(in: 8...900, using: &random) }
        let threads = Int.random(in: 1...5, using: &random)
        let tasks = ConvolutionTasks(
            images: images, rows: rows, width: Int.random(in: 1...300, using: &random), pairCosts: costs,
            weightBytes: seed % 2 == 0 ? 1000 : 10_000_000,
            inputRowBytes: Int.random(in: 1...100_000, using: &random)
        ).cut(threads: threads)
        var visits = [Int](repeating: 0, count: images * rows * costs.count)
        for task in tasks {
            #expect(!task.images.isEmpty && !task.pairs.isEmpty && !task.rows.isEmpty, "seed \(seed)")
            for image in task.images {
                for pair in task.pairs {
                    for row in task.rows { visits[(image * costs.count + pair) * rows + row] += 1 }
                }
            }
        }
        #expect(visits.allSatisfy { $0 == 1 }, "seed \(seed): \(tasks)")
    }
}
