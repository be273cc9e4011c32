import Foundation
import Tensors

/// The sizes of one convolution layer, square in kernel, stride and padding.
package struct ConvolutionShape: Sendable, Hashable {
    package var name: String
    /// Input channels, height and width.
    package var channels: Int
    package var height: Int
    package var width: Int
    /// Output channels.
    package var outputs: Int
    package var kernel: Int
    package var stride: Int
    package var padding: Int
    package var group: Int
    /// How often the network has such a layer.
    package var count: Int

    /// Reads `name C H W M kernel stride pad group count`.
    ///
    /// - Throws: `.invalidOption` for another number of fields, or sizes that make no layer.
    package init(line: String) throws(HoneError) {
        let fields = line.split(whereSeparator: \.isWhitespace)
        let numbers = fields.dropFirst().compactMap { Int($0) }
        guard fields.count == 10, numbers.count == 9 else {
            throw HoneError(
                .invalidOption, "'\(line)' is no layer", remedy: "write: name C H W M kernel stride pad group count")
        }
        name = String(fields[0])
        (channels, height, width, outputs) = (numbers[0], numbers[1], numbers[2], numbers[3])
        (kernel, stride, padding, group, count) = (numbers[4], numbers[5], numbers[6], numbers[7], numbers[8])
        let isPositive = numbers.enumerated().allSatisfy { $0 == 6 ? $1 >= 0 : $1 >= 1 }
        // Large enough for every network, and small enough that no product of four overflows.
        guard isPositive, numbers.allSatisfy({ $0 <= 1 << 15 }), channels % group == 0, outputs % group == 0,
            height + 2 * padding >= kernel, width + 2 * padding >= kernel
        else { throw HoneError(.invalidOption, "the sizes of '\(line)' make no layer") }
    }

    /// The file's layers: one a line; `#` begins a comment.
    package static func read(path: String) throws(HoneError) -> [ConvolutionShape] {
        try layerLines(path: path).map { line throws(HoneError) in
            do throws(HoneError) { return try ConvolutionShape(line: line) } catch { throw error.inFile(path) }
        }
    }
}

/// The sizes of one matrix product: `[rows, depth] x [depth, columns]`.
package struct MatrixShape: Sendable, Hashable, CustomStringConvertible {
    package var rows: Int
    package var columns: Int
    package var depth: Int

    /// Reads `MxNxK`: rows, columns, depth.
    ///
    /// - Throws: `.invalidOption` for any other spelling.
    package init(_ spelling: String) throws(HoneError) {
        let parts = spelling.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
        let sizes = parts.compactMap { $0 }.filter { (1...(1 << 16)).contains($0) }
        guard parts.count == 3, sizes.count == 3 else {
            throw HoneError(.invalidOption, "'\(spelling)' is no size", remedy: "write MxNxK, such as 512x512x512")
        }
        (rows, columns, depth) = (sizes[0], sizes[1], sizes[2])
    }

    package var description: String { "\(rows)x\(columns)x\(depth)" }

    /// The file's products: one a line, `MxNxK`; `#` begins a comment.
    package static func read(path: String) throws(HoneError) -> [MatrixShape] {
        try layerLines(path: path).map { line throws(HoneError) in
            do throws(HoneError) { return try MatrixShape(line) } catch { throw error.inFile(path) }
        }
    }
}

/// The lines of a file of layers without comments and empty ones.
///
/// - Throws: `.fileAccess` if it cannot be read, `.invalidOption` if there are none.
private func layerLines(path: String) throws(HoneError) -> [String] {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
        throw HoneError(.fileAccess, "cannot read the file", file: path)
    }
    let lines = text.split(whereSeparator: \.isNewline)
        .map { $0.prefix { $0 != "#" }.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    guard !lines.isEmpty else { throw HoneError(.invalidOption, "holds no layers", file: path) }
    return lines
}
