import Testing

/// One operator, one name: the same in the graph, in the reference backend, in NUMERICS.md and in the conformance list.
@Suite struct OperatorLineupTests {
    private let repository = Repository()
    private var operators: [OperatorFile] { OperatorFile.all(in: repository) }

    @Test func operatorsAreFound() {
        #expect(operators.contains { $0.family == "Activation" && $0.name == "Relu" && $0.identifiers == ["Relu"] })
    }

    @Test func everyOperatorHasAReferenceKernel() {
        let missing = operators.map { "Sources/ReferenceBackend/\($0.family)/\($0.name).swift" }
            .filter { !repository.exists($0) }
        #expect(missing == [])
    }

    @Test func everyOperatorHasARowInNumerics() {
        let rows = operatorsWithARow
        let known = Set(operators.flatMap(\.identifiers))
        #expect(!rows.isEmpty)
        #expect(known.subtracting(rows).sorted() == [], "in the catalog, without a row in NUMERICS.md")
        #expect(rows.subtracting(known).sorted() == [], "in NUMERICS.md, but nowhere in the catalog")
    }

    /// A row starts with the operator, or with several that share their definition: "| `Sum`, `Mean` | ...".
    private var operatorsWithARow: Set<String> {
        let rows = repository.lines(of: "NUMERICS.md").filter { $0.hasPrefix("| `") }
        return Set(
            rows.flatMap { row in
                row.dropFirst(2).prefix { $0 != "|" }.matches(of: /`([\w.]+)`/).map { String($0.output.1) }
            })
    }

    @Test func theConformanceListNamesEveryOperator() {
        let listed = Set(
            repository.lines(of: "Tests/Conformance/operators.txt").filter { !$0.isEmpty && !$0.hasPrefix("#") })
        // Fused operators never come from a file, so no node test is about them.
        let known = Set(operators.flatMap(\.identifiers).filter { !$0.hasPrefix("hone.") })
        #expect(known.subtracting(listed).sorted() == [], "in the catalog, not in operators.txt")
        #expect(listed.subtracting(known).sorted() == [], "in operators.txt, not in the catalog")
    }
}
