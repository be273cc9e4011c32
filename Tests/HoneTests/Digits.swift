import Foundation
import Hone

/// The bundled example: its network and its images.
enum Digits {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Examples/digits")

    static let path = folder.appending(path: "digits.onnx").path

    static func model() throws -> Model { try Model(path: path) }

    /// Training images `range` as one batch, prepared as preprocess.json says: pixels from 0 to 16 become 0 to 1.
    static func images(_ range: Range<Int>) throws -> Tensor {
        let bytes = try Data(contentsOf: folder.appending(path: "train_x.npy"))
        // NumPy format 1.0: eight bytes, the header's length in two, the header, then the elements.
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        let pixels = bytes[(start + range.lowerBound * 64)..<(start + range.upperBound * 64)]
        return Tensor(pixels.map { Float($0) / 16 }, shape: [range.count, 1, 8, 8])
    }

    /// The classes of training images `range`.
    static func labels(_ range: Range<Int>) throws -> [Int] {
        let bytes = try Data(contentsOf: folder.appending(path: "train_y.npy"))
        let start = 10 + Int(bytes[8]) + Int(bytes[9]) << 8
        return range.map { Int(bytes[start + $0]) }
    }

    /// The first `count` training images as feeds of `batch`.
    static func feeds(_ count: Int, batch: Int) throws -> [[String: Tensor]] {
        try stride(from: 0, to: count, by: batch).map { ["input": try images($0..<min($0 + batch, count))] }
    }
}

/// A stream of feeds, as a program with data of its own would make it.
func stream(_ feeds: [[String: Tensor]]) -> AsyncStream<[String: Tensor]> {
    AsyncStream { stream in
        for feed in feeds { stream.yield(feed) }
        stream.finish()
    }
}

/// A folder that vanishes when the test is over.
final class TemporaryFolder {
    private let url = FileManager.default.temporaryDirectory.appending(path: "hone-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path }
}
