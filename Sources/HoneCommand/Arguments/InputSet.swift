import Foundation
import Hone

/// One entry of `--sets`: what to feed, and where the outputs go.
struct InputSet: Decodable {
    let inputs: [String: String]
    let outputDirectory: String

    /// Reads a list of sets.
    static func read(_ path: String) throws -> [InputSet] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw HoneError(.fileAccess, "cannot read the file", file: path)
        }
        do {
            return try JSONDecoder().decode([InputSet].self, from: data)
        } catch {
            throw HoneError(
                .invalidOption, "is not a list of input sets",
                remedy: "write [{\"inputs\": {\"NAME\": \"FILE\"}, \"outputDirectory\": \"DIR\"}]", file: path)
        }
    }
}
