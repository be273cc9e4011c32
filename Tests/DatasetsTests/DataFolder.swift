import Foundation
import Tensors
import Testing

/// A folder that lives as long as the value that made it.
final class DataFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("hone-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file, and the folders it needs, and gives its path.
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: "\(path)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }

    func write(_ name: String, _ text: String) throws -> String { try write(name, Array(text.utf8)) }

    var contents: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}

/// The bytes of a `.npy` file, version `version`.0, put together by hand.
func npy(_ header: String, _ data: [UInt8], version: UInt8 = 1, claimedLength: Int? = nil) -> [UInt8] {
    let length = claimedLength ?? header.utf8.count
    let lengthBytes = (0..<(version == 1 ? 2 : 4)).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) }
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + lengthBytes + Array(header.utf8) + data
}

func npy(_ descr: String, shape: String, _ data: [UInt8]) -> [UInt8] {
    npy("{'descr': '\(descr)', 'fortran_order': False, 'shape': \(shape), }\n", data)
}

/// The bytes of numbers, little-endian.
func bytes<Element: BitwiseCopyable>(_ elements: [Element]) -> [UInt8] { elements.withUnsafeBytes { Array($0) } }

/// The error that `body` throws; records an issue if it throws none.
func honeError(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) -> HoneError {
    do {
        try body()
    } catch let error as HoneError {
        return error
    } catch {
        Issue.record("another error: \(error)", sourceLocation: sourceLocation)
        return HoneError(.checkFailed, "\(error)")
    }
    Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    return HoneError(.checkFailed, "nothing was thrown")
}

/// Cuts a file short without replacing it.
func truncatedInPlace(_ path: String, to count: Int) -> Bool { truncate(path, off_t(count)) == 0 }
