import Testing

/// One kernel, one name: a reader finds all of a kernel's files by it.
@Suite struct KernelLineupTests {
    private let repository = Repository()

    /// Kernels with a file for each instruction set; AVX-VNNI has none for floats.
    @Test(
        arguments: [
            ("conv_u8_block", "ConvU8Block", true), ("conv_depthwise_u8", "ConvDepthwiseU8", true),
            ("conv_f32_block", "ConvF32Block", false), ("gemm_u8_block", "GemmU8Block", true),
            ("gemm_f32", "GemmF32", false),
        ])
    func everyPartOfAKernelHasItsName(kernel: String, folder: String, isInteger: Bool) {
        let sources = repository.files(in: "Sources/CMicrokernels", withExtensions: ["c", "h"])
        let names = Set(sources.compactMap { $0.split(separator: "/").last.map(String.init) })
        var sets = ["scalar", "avx2", "avx512vnni", "neon"]
        if isInteger { sets.append("avxvnni") }
        for set in sets { #expect(names.contains("\(kernel)_\(set).c")) }
        #expect(names.contains("mk_\(kernel).h"), "its contract")
        #expect(repository.folders(in: "Sources/CPUBackend").contains(folder), "its host code")
        let tests = repository.files(in: "Tests/CPUBackendTests", withExtensions: ["swift"])
        #expect(tests.contains { $0.hasSuffix("/\(folder)Tests.swift") }, "its test")
    }

    /// A kernel of the cpu backend for an operator is in a file named as the operator's own.
    @Test func operatorsOfTheBackendAreNamedAsTheirs() throws {
        let operators = Set(
            repository.files(in: "Sources/ModelGraph/Operators", withExtensions: ["swift"])
                .compactMap { $0.split(separator: "/").last })
        var count = 0
        for path in repository.files(in: "Sources/CPUBackend", withExtensions: ["swift"]) {
            guard let text = repository.text(of: path),
                text.contains(/extension (?:ModelGraph\.)?[A-Z][A-Za-z0-9]*: (?:CPUOperator|[A-Za-z]+Operator) \{/)
            else { continue }
            count += 1
            #expect(path.split(separator: "/").last.map { operators.contains($0) } ?? false, "\(path)")
        }
        #expect(count > 20)
    }
}
