import Testing

/// One operator, one name: the same in the graph, in the reference backend, in NUMERICS.md and in the conformance list.
@Suite struct OperatorLineupTests {
    private let repository = Repository()
    private var operators: [OperatorFile] { OperatorFile.all(in: repository) }

    @Test func operatorsAreFound() {
        #expect(operators.contains { $0.family == "Activation" && $0.name == "Relu" && $0.identifiers == ["Relu"] })
    }

    @Test func everyOperatorHasAReferenceKernel() {
        for file in operators {
            let twin = "Sources/ReferenceBackend/\(file.family)/\(file.name).swift"
            #expect(repository.text(of: twin) != nil, "\(file.path) has no \(twin)")
        }
    }

    @Test func everyOperatorHasARowInNumerics() {
        // A row starts with the operator, or with several that share their definition: "| `Sum`, `Mean` | ...".
        let rows = repository.lines(of: "NUMERICS.md").filter { $0.hasPrefix("| `") }
        let named = Set(
            rows.flatMap { row in
                row.dropFirst(2).prefix { $0 != "|" }.matches(of: /`([\w.]+)`/).map { String($0.output.1) }
            })
        for file in operators {
            for identifier in file.identifiers {
                #expect(named.contains(identifier), "NUMERICS.md has no row for \(identifier), of \(file.path)")
            }
        }
    }

    @Test func everyRowInNumericsHasAnOperator() {
        let known = Set(operators.flatMap(\.identifiers))
        for row in repository.lines(of: "NUMERICS.md") where row.hasPrefix("| `") {
            for match in row.dropFirst(2).prefix(while: { $0 != "|" }).matches(of: /`([\w.]+)`/) {
                #expect(
                    known.contains(String(match.output.1)), "NUMERICS.md defines \(match.output.1), which is nowhere")
            }
        }
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
