import ModelGraph

/// Hands out value and node names that a graph does not use yet.
struct NameScope {
    private var taken: Set<String>

    init(_ graph: Graph) {
        taken = graph.allValueNames.union(graph.nodes.map(\.name))
    }

    /// `base`, or `base_1`, `base_2`, … where that is taken; never the same twice.
    mutating func unused(_ base: String) -> String {
        var name = base
        var suffix = 0
        while !taken.insert(name).inserted {
            suffix += 1
            name = "\(base)_\(suffix)"
        }
        return name
    }
}
