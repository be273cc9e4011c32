import Foundation
import Testing

/// Files stay small enough to read in one sitting, and have names that say what is inside.
@Suite struct FileTests {
    private let repository = Repository()

    @Test(arguments: [("swift", 500), ("c", 400), ("cpp", 400), ("h", 400), ("cl", 400)])
    func lineBudget(suffix: String, budget: Int) {
        for folder in ["Sources", "Tests", "Kernels", "Benchmarks"] {
            for path in repository.files(in: folder, withExtensions: [suffix]) {
                let count = repository.lines(of: path).count
                #expect(count <= budget, "\(path) has \(count) lines; split it by the question that a reader asks")
            }
        }
    }

    @Test func budgetsSeeFiles() {
        #expect(repository.files(in: "Sources", withExtensions: ["swift"]).count > 20)
        #expect(repository.files(in: "Sources", withExtensions: ["c", "h"]).count > 2)
    }

    @Test func namesSaySomething() {
        let empty = /(Utils?|Utilities|Helpers?|Managers?|Misc|Common)\.\w+$/.ignoresCase()
        for folder in ["Sources", "Tests", "Kernels", "Benchmarks", "Examples"] {
            for path in repository.files(in: folder, withExtensions: ["swift", "c", "cpp", "h", "cl", "py"]) {
                #expect(path.firstMatch(of: empty) == nil, "\(path): name the idea that the file holds")
            }
        }
    }

    @Test func noShortcutsInSources() {
        let shortcut = /\b(TODO|FIXME|XXX)\b|\bfatalError\(|\btry!/
        for path in repository.files(in: "Sources", withExtensions: ["swift", "c", "cpp", "h"]) {
            for (index, line) in repository.lines(of: path).enumerated() {
                #expect(line.firstMatch(of: shortcut) == nil, "\(path):\(index + 1): \(line)")
            }
        }
    }
}
