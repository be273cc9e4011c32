import Testing

/// Kernel files are in the binary, and are what every OpenCL 1.2 compiler takes.
@Suite struct KernelSourceTests {
    private let repository = Repository()
    private var kernels: [String] { repository.files(in: "Kernels", withExtensions: ["cl", "clh"]) }

    /// `Kernels/embed.c` has an entry for each file, under its own name, in order.
    @Test func everyKernelIsEmbedded() {
        let names = repository.lines(of: "Kernels/embed.c").compactMap {
            $0.firstMatch(of: /^    \{"(.+)", \(const char\[\]\)\{$/).map { String($0.output.1) }
        }
        let contents = repository.lines(of: "Kernels/embed.c").compactMap {
            $0.firstMatch(of: /^#embed "(.+)" suffix\(, 0\)$/).map { String($0.output.1) }
        }
        #expect(!kernels.isEmpty)
        #expect(names == kernels.map { String($0.dropFirst("Kernels/".count)) })
        #expect(contents == names)
    }

    @Test func everyKernelForbidsContraction() {
        for path in kernels where path.hasSuffix(".cl") {
            #expect(repository.lines(of: path).contains("#pragma OPENCL FP_CONTRACT OFF"), "\(path)")
        }
    }

    /// Every `#include` names a file of the folder, in the form that the host expands.
    @Test func includesCanBeExpanded() {
        for path in kernels {
            for line in repository.lines(of: path) where line.contains("#include") {
                let name = line.firstMatch(of: /^#include "(\w+\.clh)"$/).map { String($0.output.1) }
                #expect(name.map { kernels.contains("Kernels/\($0)") } ?? false, "\(path): \(line)")
            }
        }
    }

    @Test func kernelsAreASCII() throws {
        for path in kernels {
            #expect(try #require(repository.text(of: path)).utf8.allSatisfy { $0 < 0x80 }, "\(path)")
        }
    }
}
