import ModelGraph
import Tensors

/// The nodes of a graph that patterns name.
///
/// A pattern is a node's name, a glob over names (`*` for any text, `?` for one character), or `type:Conv` for all nodes of
/// an operator. A node without a name goes by its first output.
package struct NodeSelection: Equatable, Sendable {
    package private(set) var nodes: Set<String> = []
    package private(set) var operators: Set<String> = []

    /// Resolves patterns.
    ///
    /// - Parameter purpose: what nodes are selected for, in words of an error.
    /// - Throws: `.invalidOption` for a pattern that matches nothing, with names that are near to it.
    package init(
        _ patterns: [String], in graph: Graph, purpose: String = "to exclude"
    ) throws(HoneError) {
        let names = graph.nodes.compactMap(\.selectionName)
        let known = Set(names)
        let types = Set(graph.nodes.map(\.operatorType))
        for pattern in patterns {
            if known.contains(pattern) {
                nodes.insert(pattern)
            } else if pattern.hasPrefix("type:") {
                let type = String(pattern.dropFirst("type:".count))
                guard types.contains(type) else {
                    throw HoneError(
                        .invalidOption, "the model has no operator '\(type)' \(purpose)",
                        remedy: "it has \(types.sorted().joined(separator: ", "))")
                }
                operators.insert(type)
            } else {
                let glob = Array(pattern)
                let isGlob = pattern.contains { $0 == "*" || $0 == "?" }
                let matches = isGlob ? names.filter { NodeSelection.matches(Array($0), glob) } : []
                guard !matches.isEmpty else { throw NodeSelection.noMatch(pattern, isGlob, names, purpose) }
                nodes.formUnion(matches)
            }
        }
    }

    /// Whether a glob matches a whole text. Greedy, with one point to return to, hence linear in the product of lengths.
    static func matches(_ text: [Character], _ glob: [Character]) -> Bool {
        var (position, index) = (0, 0)
        var star: (glob: Int, text: Int)?
        while position < text.count {
            if index < glob.count, glob[index] == "*" {
                star = (index, position)
                index += 1
            } else if index < glob.count, glob[index] == "?" || glob[index] == text[position] {
                (position, index) = (position + 1, index + 1)
            } else if let last = star {
                star = (last.glob, last.text + 1)
                (position, index) = (last.text + 1, last.glob + 1)
            } else {
                return false
            }
        }
        return glob[index...].allSatisfy { $0 == "*" }
    }

    private static func noMatch(
        _ pattern: String, _ isGlob: Bool, _ names: [String], _ purpose: String
    ) -> HoneError {
        let near = nearest(pattern.filter { $0 != "*" && $0 != "?" }, names)
        let hint = near.isEmpty ? "" : "near names: \(near.map { "'\($0)'" }.joined(separator: ", ")); "
        return HoneError(
            .invalidOption,
            isGlob ? "the pattern '\(pattern)' matches no node" : "the model has no node '\(pattern)' \(purpose)",
            remedy: hint + "'hone inspect --plan' lists the names")
    }

    /// Up to three names by the share of pairs of neighbouring characters in common (Dice 1945); none that have none.
    private static func nearest(_ pattern: String, _ names: [String]) -> [String] {
        func pairs(_ text: String) -> Set<String> {
            let characters = Array(text.lowercased())
            return Set(zip(characters, characters.dropFirst()).map { "\($0)\($1)" })
        }
        let wanted = pairs(pattern)
        guard !wanted.isEmpty else { return Array(names.prefix(3)) }
        let scored = Set(names).map { name in
            let own = pairs(name)
            return (name, 2 * Double(own.intersection(wanted).count) / Double(own.count + wanted.count))
        }
        let ordered = scored.filter { $0.1 > 0 }.sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
        return ordered.prefix(3).map(\.0)
    }
}

extension Node {
    /// What options call the node: its name, or its first output where it has none.
    package var selectionName: String? { name.isEmpty ? outputs.first { !$0.isEmpty } : name }
}
