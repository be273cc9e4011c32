import Hone

/// `--shape NAME=1x3x224x224 ...`.
enum ShapeOptions {
    static func parse(_ arguments: ParsedArguments) throws -> [String: [Int]] {
        var shapes: [String: [Int]] = [:]
        for text in arguments.values("--shape") {
            guard let equals = text.lastIndex(of: "=") else {
                throw arguments.fail("--shape needs NAME=DIMxDIM..., not '\(text)'")
            }
            let parts = text[text.index(after: equals)...].split(separator: "x", omittingEmptySubsequences: false)
            let dimensions = parts.compactMap { Int($0) }.filter { $0 >= 0 }
            guard dimensions.count == parts.count else {
                throw arguments.fail("--shape needs whole numbers between the x, not '\(text)'")
            }
            shapes[String(text[..<equals])] = dimensions
        }
        return shapes
    }
}
