import Foundation
import Tensors

/// Files of class numbers, one for each sample.
package enum Labels {
    private static let maximumListByteCount = 1 << 28

    /// Reads a `.npy` array of integers of shape `(N,)` or `(N, 1)`, or a `.txt` file with one number per line.
    ///
    /// - Throws: `.invalidInput`, `.fileAccess`, `.malformedFile` or `.unsupported`, naming the file.
    package static func read(path: String) throws(HoneError) -> [Int] {
        do throws(HoneError) {
            switch fileExtension(path) {
            case "npy": return try read(try NumPyFile.open(path: path))
            case "txt", "csv": return try readLines(path)
            default:
                throw HoneError(.unsupported, "is no file of labels", remedy: "give .npy or .txt")
            }
        } catch {
            throw error.inFile(path)
        }
    }

    static func read(_ array: NumPyArray) throws(HoneError) -> [Int] {
        guard array.shape.count == 1 || (array.shape.count == 2 && array.shape[1] == 1) else {
            throw HoneError(
                .invalidInput, "labels have shape \(array.shape); expected one class number for each sample",
                file: array.path)
        }
        guard let labels = try array.whole().integers() else {
            throw HoneError(
                .invalidInput, "labels are \(array.elementType); expected integers",
                remedy: "save labels.astype('int64')", file: array.path)
        }
        guard let first = labels.first else { throw HoneError(.invalidInput, "holds no labels", file: array.path) }
        guard labels.allSatisfy({ $0 >= 0 }) else {
            let found = labels.first { $0 < 0 } ?? first
            throw HoneError(.invalidInput, "label \(found) is no class number", file: array.path)
        }
        return labels
    }

    private static func readLines(_ path: String) throws(HoneError) -> [Int] {
        let file = try FileRegion(path: path)
        guard file.size <= maximumListByteCount else {
            throw HoneError(.malformedFile, "is larger than \(maximumListByteCount >> 20) MiB")
        }
        let text = String(decoding: try file.bytes(at: 0, count: file.size), as: UTF8.self)
        var labels: [Int] = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = line.trimmingCharacters(in: .whitespaces)
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let label = Int(line), label >= 0 else {
                throw HoneError(.invalidInput, "line \(index + 1): '\(line.prefix(40))' is no class number")
            }
            labels.append(label)
        }
        guard !labels.isEmpty else { throw HoneError(.invalidInput, "holds no labels") }
        return labels
    }
}
