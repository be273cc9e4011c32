import Foundation
import ModelGraph
import Optimizers
import Reporting

/// What a pruned file says of itself, under one key of its `metadata_props`: a small JSON object.
///
///     {"pattern": "16x4", "density": 0.5, "layers": {"conv1": 0.25, "conv2": 0.75}}
///
/// Densities are the shares of blocks of the pattern that hold anything but zeros, of channels the share that is left.
struct PruningMetadata {
    /// The key.
    static let key = "hone.pruning"

    let pattern: PruningPattern
    /// Over all layers that were pruned.
    let density: Double
    /// Each layer that was pruned, in the graph's order where it was just made.
    let layers: [(name: String, density: Double)]

    init(pattern: PruningPattern, density: Double, layers: [(name: String, density: Double)]) {
        (self.pattern, self.density, self.layers) = (pattern, density, layers)
    }

    /// Reads what a file says; nil where it says nothing.
    ///
    /// - Returns: `.failure` with what is wrong, where it says something else.
    static func read(_ graph: Graph) -> Result<PruningMetadata, Unreadable>? {
        guard let text = graph.metadata.first(where: { $0.key == key })?.value else { return nil }
        guard let stored = try? JSONDecoder().decode(Stored.self, from: Data(text.utf8)),
            let pattern = try? PruningPattern(stored.pattern)
        else { return .failure(Unreadable()) }
        let layers = stored.layers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        return .success(PruningMetadata(pattern: pattern, density: stored.density, layers: layers))
    }

    struct Unreadable: Error {}

    private struct Stored: Decodable {
        let pattern: String
        let density: Double
        let layers: [String: Double]
    }

    /// Writes it into a graph, in place of what stood there.
    func write(into graph: inout Graph) {
        let rounded = { (share: Double) in JSONValue.number((share * 1e6).rounded() / 1e6) }
        let text = JSONValue.object([
            ("pattern", .string(pattern.description)), ("density", rounded(density)),
            ("layers", .object(layers.map { ($0.name, rounded($0.density)) })),
        ]).serialized()
        graph.metadata.removeAll { $0.key == PruningMetadata.key }
        graph.metadata.append((key: PruningMetadata.key, value: PruningMetadata.onOneLine(text)))
    }

    /// No string of JSON holds a line end, so each one is between tokens, with the indentation that follows it.
    private static func onOneLine(_ text: String) -> String {
        let lines = text.split(separator: "\n").map { $0.drop { $0 == " " } }
        return lines.reduce(into: "") { whole, line in
            whole += (whole.hasSuffix(",") ? " " : "") + line
        }
    }
}
