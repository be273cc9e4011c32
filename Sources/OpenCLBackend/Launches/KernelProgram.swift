/// A program to build: a kernel file with its tunables set. Equal ones are built once.
package struct KernelProgram: Sendable, Hashable {
    /// The file in `Kernels`, without `.cl`.
    package var file: String
    /// Macros, by name. Where the text includes `dot4.clh`, the host adds `DOT4_IMPL` if it is not here.
    package var defines: [String: String]
    /// Build options beyond the host's own, such as `-cl-nv-maxrregcount=128`.
    package var options: [String]

    package init(file: String, defines: [String: String] = [:], options: [String] = []) {
        self.file = file
        self.defines = defines
        self.options = options
    }
}
