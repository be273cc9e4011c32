import Tensors

/// Reads a node's attributes once each, so that what nobody read can be refused by name.
package struct AttributeReader {
    /// The version of the node's domain; attribute forms depend on it.
    package let opset: Int
    /// How many inputs the node names, for operators whose attribute forms depend on it.
    package let inputCount: Int
    package let outputCount: Int
    private let attributes: [String: AttributeValue]
    private var read: Set<String> = []

    package init(_ node: Node, opset: Int) {
        self.opset = opset
        attributes = node.attributes
        inputCount = node.inputs.count
        outputCount = node.outputs.count
    }

    package mutating func int(_ name: String) throws(HoneError) -> Int? {
        guard let value = take(name) else { return nil }
        guard case .int(let int) = value else { throw mismatch(name, "int", value) }
        return Int(int)
    }

    package mutating func int(_ name: String, default fallback: Int) throws(HoneError) -> Int {
        try int(name) ?? fallback
    }

    /// A 0/1 attribute; other values are refused.
    package mutating func flag(_ name: String, default fallback: Bool) throws(HoneError) -> Bool {
        guard let value = try int(name) else { return fallback }
        guard value == 0 || value == 1 else {
            throw HoneError(.invalidModel, "attribute \(name) must be 0 or 1, but is \(value)")
        }
        return value == 1
    }

    package mutating func float(_ name: String) throws(HoneError) -> Float? {
        guard let value = take(name) else { return nil }
        guard case .float(let float) = value else { throw mismatch(name, "float", value) }
        return float
    }

    package mutating func float(_ name: String, default fallback: Float) throws(HoneError) -> Float {
        try float(name) ?? fallback
    }

    package mutating func string(_ name: String) throws(HoneError) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let string) = value else { throw mismatch(name, "string", value) }
        return string
    }

    /// A string attribute of an enumeration.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, default fallback: Choice
    ) throws(HoneError) -> Choice where Choice.RawValue == String {
        guard let spelling = try string(name) else { return fallback }
        guard let choice = Choice(rawValue: spelling) else {
            let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw HoneError(.unsupported, "attribute \(name) is '\(spelling)'; supported are \(known)")
        }
        return choice
    }

    package mutating func ints(_ name: String) throws(HoneError) -> [Int]? {
        guard let value = take(name) else { return nil }
        guard case .ints(let ints) = value else { throw mismatch(name, "ints", value) }
        return ints.map { Int($0) }
    }

    package mutating func floats(_ name: String) throws(HoneError) -> [Float]? {
        guard let value = take(name) else { return nil }
        guard case .floats(let floats) = value else { throw mismatch(name, "floats", value) }
        return floats
    }

    package mutating func tensor(_ name: String) throws(HoneError) -> Tensor? {
        guard let value = take(name) else { return nil }
        guard case .tensor(let tensor) = value else { throw mismatch(name, "tensor", value) }
        return tensor
    }

    /// Marks an attribute as known without reading it: one that has no effect on inference.
    package mutating func ignore(_ name: String) { read.insert(name) }

    /// - Throws: `.unsupported` if the node carries an attribute that the operator did not read.
    package func finish() throws(HoneError) {
        let unread = attributes.keys.filter { !read.contains($0) }.sorted()
        guard unread.isEmpty else {
            let known = read.sorted().joined(separator: ", ")
            let supported = known.isEmpty ? "it has none at this opset" : "supported are \(known)"
            throw HoneError(.unsupported, "attribute \(unread.joined(separator: ", ")) is not supported; \(supported)")
        }
    }

    private mutating func take(_ name: String) -> AttributeValue? {
        read.insert(name)
        return attributes[name]
    }

    private func mismatch(_ name: String, _ expected: String, _ found: AttributeValue) -> HoneError {
        HoneError(.invalidModel, "attribute \(name) must be of type \(expected), but is of type \(found.kind)")
    }
}
