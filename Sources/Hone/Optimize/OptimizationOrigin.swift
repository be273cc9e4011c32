import Foundation

/// Where an optimized model is from: what its report says of how it was made.
public struct OptimizationOrigin: Sendable {
    /// The float model's file.
    public var path: String
    /// The command line, as it was typed; nil where a program called the library.
    public var command: String?
    /// When, in ISO 8601.
    public var date: String
    /// Settings beside those of `OptimizationSettings` that another person needs, such as how samples were prepared.
    public var details: [(name: String, value: String)] = []
    /// What deserves a look, beside what the work itself found.
    public var notes: [String] = []

    /// - Parameter date: nil for now.
    public init(path: String, command: String? = nil, date: String? = nil) {
        (self.path, self.command) = (path, command)
        self.date = date ?? ISO8601DateFormatter().string(from: Date())
    }

    /// The file's name without its folder.
    var fileName: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The processor as the system calls it.
    static var processor: String {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
        guard let name = line?.split(separator: ":", maxSplits: 1).last else { return "\(architecture) processor" }
        return name.trimmingCharacters(in: .whitespaces)
    }

    private static var architecture: String {
        #if arch(x86_64)
            "x86-64"
        #elseif arch(arm64)
            "Arm64"
        #else
            "unknown"
        #endif
    }

    static var operatingSystem: String { ProcessInfo.processInfo.operatingSystemVersionString }
}
