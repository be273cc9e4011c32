import Foundation
import Testing

/// What one call of the built `hone` answered.
struct Answer {
    let status: Int32
    let output: String
    let errors: String

    /// Standard output as a JSON object.
    func json() throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
    }

    /// The lines of standard error that tell of the failure, progress left out.
    var complaint: [String] { errors.split(separator: "\n").map(String.init).filter { $0.hasPrefix("hone:") } }
}

/// The `hone` that was built with these tests, called as a user would.
enum HoneProcess {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Beside the test bundle: this process on Linux, a bundle that it has loaded on macOS.
    private static func executable() throws -> URL {
        let candidates =
            ([Bundle.main.executableURL] + Bundle.allBundles.map(\.bundleURL)).compactMap { $0 }
            .map { $0.deletingLastPathComponent().appending(path: "hone") }
        return try #require(
            candidates.first { FileManager.default.isExecutableFile(atPath: $0.path) }, "no hone in \(candidates)")
    }

    /// Runs it in the repository's root.
    static func run(_ arguments: String...) throws -> Answer { try run(arguments) }

    /// - Parameter input: what it reads from standard input.
    static func run(_ arguments: [String], input: String? = nil) throws -> Answer {
        let folder = try TemporaryFolder()
        let process = Process()
        process.executableURL = try executable()
        process.arguments = arguments
        process.currentDirectoryURL = root
        // Files rather than pipes: nobody has to empty them.
        let paths = [folder.path("stdout"), folder.path("stderr")]
        let handles = try paths.map { path in
            try Data().write(to: URL(filePath: path))
            return try FileHandle(forWritingTo: URL(filePath: path))
        }
        (process.standardOutput, process.standardError) = (handles[0], handles[1])
        if let input {
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: try folder.write(input, "stdin")))
        }
        try process.run()
        process.waitUntilExit()
        for handle in handles { try handle.close() }
        let texts = try paths.map { try String(contentsOfFile: $0, encoding: .utf8) }
        #expect(process.terminationReason == .exit, "hone \(arguments.joined(separator: " ")): \(texts[1])")
        return Answer(status: process.terminationStatus, output: texts[0], errors: texts[1])
    }
}

/// A folder that vanishes when the test is over.
final class TemporaryFolder {
    private let url = FileManager.default.temporaryDirectory.appending(path: "hone-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }

    @discardableResult
    func write(_ bytes: [UInt8], _ name: String) throws -> String {
        let target = url.appending(path: name)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: target)
        return target.path
    }

    func write(_ text: String, _ name: String) throws -> String { try write(Array(text.utf8), name) }

    var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []).sorted() }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
}
