import Testing

/// What the documents say is there, is there.
@Suite struct DocumentTests {
    private let repository = Repository()

    /// The README shows the text that `HoneTests` compiles and runs.
    @Test func readmeExampleIsTheTestedOne() throws {
        let tested = try #require(
            region(
                of: repository.lines(of: "Tests/HoneTests/ReadmeExampleTests.swift"),
                from: "// README example begin", to: "// README example end"))
        let shown = try #require(region(of: repository.lines(of: "README.md"), from: "```swift", to: "```"))
        #expect(!tested.isEmpty)
        #expect(shown == tested)
    }

    /// The example's own steps, as README.md shows them, are the ones that the demo runs.
    @Test func readmeNamesTheDemo() throws {
        let readme = try #require(repository.text(of: "README.md"))
        #expect(readme.contains("make demo"))
        #expect(repository.text(of: "Examples/digits/demo.sh") != nil)
    }

    @Test(arguments: ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "NUMERICS.md"])
    func namedPathsExist(document: String) throws {
        let text = try #require(repository.text(of: document))
        // Names in code style that start with a top-level folder; `<Family>` and `*` stand for many.
        let pattern = /`((?:Sources|Tests|Examples|Benchmarks|Kernels|\.ci)\/[^`\s<*{]+)`/
        let missing = text.matches(of: pattern).map { String($0.output.1) }.filter { !repository.exists($0) }
        #expect(missing == [])
    }

    /// ARCHITECTURE.md's module map names every target's folder.
    @Test func everyModuleIsOnTheMap() throws {
        let map = try #require(repository.text(of: "ARCHITECTURE.md"))
        for module in repository.folders(in: "Sources") {
            #expect(map.contains("`\(module)`"), "ARCHITECTURE.md does not mention \(module)")
        }
    }

    /// The lines between two markers, without their common indentation.
    private func region(of lines: [String], from start: String, to end: String) -> [String]? {
        guard let first = lines.firstIndex(where: { $0.drop { $0 == " " } == start }),
            let last = lines[(first + 1)...].firstIndex(where: { $0.drop { $0 == " " } == end })
        else { return nil }
        let inner = lines[(first + 1)..<last]
        let indentation = inner.filter { !$0.isEmpty }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return inner.map { String($0.dropFirst(indentation)) }
    }
}
