import KernelSources

/// The text of a kernel file as a driver gets it: stand-alone, and saying where each line comes from.
package struct KernelText: Sendable, Hashable {
    /// OpenCL C, with `#line` around what was expanded.
    package let text: String
    /// The `.clh` files in it.
    package let headers: Set<String>

    /// The names of all embedded files.
    package static var embeddedNames: [String] {
        (0..<kernel_source_count()).map { String(cString: kernel_source($0).name) }
    }

    /// Expands a file: each line `#include "x.clh"` becomes that file's text, the first time that it is met, and nothing later.
    ///
    /// - Parameters:
    ///   - file: its name without `.cl`. That it is embedded is a precondition, as for the headers that it names.
    ///   - defines: macros, written before the first line.
    package init(file: String, defines: [String: String]) {
        var expansion = Expansion()
        for (name, value) in defines.sorted(by: { $0.key < $1.key }) {
            expansion.lines.append("#define \(name) \(value)")
        }
        expansion.add(file + ".cl")
        text = expansion.lines.joined(separator: "\n") + "\n"
        headers = expansion.headers
    }

    private struct Expansion {
        var lines: [String] = []
        var headers: Set<String> = []

        mutating func add(_ name: String) {
            guard let source = kernel_source_text(name) else {
                preconditionFailure("Kernels/embed.c does not name \(name)")
            }
            lines.append("#line 1 \"\(name)\"")
            let text = String(cString: source).split(separator: "\n", omittingEmptySubsequences: false)
            for (number, line) in text.enumerated() {
                guard let header = KernelText.includedName(line) else {
                    lines.append(String(line))
                    continue
                }
                if headers.insert(header).inserted {
                    add(header)
                    lines.append("#line \(number + 2) \"\(name)\"")
                } else {
                    lines.append("")
                }
            }
        }
    }

    private static func includedName(_ line: Substring) -> String? {
        guard line.hasPrefix("#include \"") else { return nil }
        return String(line.dropFirst("#include \"".count).prefix { $0 != "\"" })
    }
}
