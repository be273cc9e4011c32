import Files
import Reporting

/// What a model's file takes before and after: as it is written, and compressed, since zeros stay in it.
struct FileSizes {
    let source: Int
    let output: Int
    let sourceCompressed: Int
    let outputCompressed: Int

    /// - Throws: `.fileAccess` for a file that cannot be read.
    init(source: String, output: String) throws {
        (self.source, self.output) = (fileSize(source), fileSize(output))
        sourceCompressed = try CompressedSize.ofFile(source)
        outputCompressed = try CompressedSize.ofFile(output)
    }

    var lines: [String] {
        [
            "size        \(change(source, output))",
            "compressed  \(change(sourceCompressed, outputCompressed)) by zlib",
        ]
    }

    private func change(_ before: Int, _ after: Int) -> String {
        let ratio = after > 0 ? Double(before) / Double(after) : 0
        return "\(Quantity.bytes(before)) -> \(Quantity.bytes(after)) (\(Quantity.factor(ratio)) smaller)"
    }

    var members: [(key: String, value: JSONValue)] {
        [
            ("sourceBytes", .integer(source)), ("outputBytes", .integer(output)),
            ("sourceCompressedBytes", .integer(sourceCompressed)),
            ("outputCompressedBytes", .integer(outputCompressed)),
        ]
    }
}
