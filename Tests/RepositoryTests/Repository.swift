import Foundation

/// The checkout that this test was compiled from.
struct Repository {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The files below a folder whose name ends with one of `extensions`, by their path from the root, sorted.
    func files(in folder: String, withExtensions extensions: Set<String>) -> [String] {
        let start = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil) else { return [] }
        var found: [String] = []
        for case let url as URL in walk where extensions.contains(url.pathExtension) {
            found.append(String(url.path.dropFirst(root.path.count)).trimmingPrefix("/").description)
        }
        return found.sorted()
    }

    /// The names of the folders directly in `folder`, sorted.
    func folders(in folder: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)) ?? []
        return names.filter { isFolder("\(folder)/\($0)") }.sorted()
    }

    /// Whether there is a file or folder of that path.
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appending(path: path).path) }

    private func isFolder(_ path: String) -> Bool {
        var isDirectory: ObjCBool = false
        let exists = FileManager.default.fileExists(
            atPath: root.appending(path: path).path, isDirectory: &isDirectory)
        return exists && isDirectory.boolValue
    }

    /// The text of a file; nil if there is none.
    func text(of path: String) -> String? { try? String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// The lines of a file; empty if there is none.
    func lines(of path: String) -> [String] {
        guard let text = text(of: path) else { return [] }
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines
    }
}

/// `Conv` of `Sources/ModelGraph/Operators/Linear/Conv.swift`.
struct OperatorFile {
    let path: String
    let family: String
    let name: String
    /// The identities that the file declares, spelled as in models: `Relu`, `com.microsoft.QGemm`.
    let identifiers: [String]

    /// Every file of `Sources/ModelGraph/Operators` that declares an operator.
    static func all(in repository: Repository) -> [OperatorFile] {
        repository.files(in: "Sources/ModelGraph/Operators", withExtensions: ["swift"]).compactMap { path in
            let parts = path.split(separator: "/").map(String.init)
            guard parts.count == 5, let text = repository.text(of: path) else { return nil }
            let pattern = /OperatorIdentifier\(\s*"(?<type>\w+)"(?:,\s*domain:\s*(?<domain>\w+))?\s*\)/
            let identifiers = text.matches(of: pattern).map { match in
                guard let domain = match.output.domain else { return String(match.output.type) }
                let prefix = domain == "microsoftDomain" ? "com.microsoft" : String(domain.dropLast("Domain".count))
                return "\(prefix).\(match.output.type)"
            }
            guard !identifiers.isEmpty else { return nil }
            return OperatorFile(
                path: path, family: parts[3], name: String(parts[4].dropLast(".swift".count)), identifiers: identifiers)
        }
    }
}
