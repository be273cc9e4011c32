import Tensors

/// A trained network as a value: what an ONNX file says, whole, in the order it says it.
///
/// Passes change a graph, writers write it. What Hone does not interpret stays in `envelope` bytes, so that writing gives
/// back what reading took. Every value has one name and one producer: a graph input, an initializer, or a node's output.
public struct Graph: Sendable {
    /// The graph's name in the file.
    public var name = ""
    /// Operator-set version for each domain; `""` is ai.onnx.
    public var opsets: [String: Int] = [:]
    /// ONNX intermediate-representation version of the file.
    public var irVersion = 8
    /// Values that the caller feeds. An initializer of the same name is their default.
    public var inputs: [ValueInfo] = []
    /// Values that the caller gets.
    public var outputs: [ValueInfo] = []
    /// Nodes in an order in which every value is produced before it is used.
    public var nodes: [Node] = []
    /// Types that the file declares for inner values, by name.
    public var declaredTypes: [String: ValueInfo] = [:]
    /// `metadata_props` of the model, in file order.
    public var metadata: [(key: String, value: String)] = []

    /// Constant tensors by name.
    public private(set) var initializers: [String: Tensor] = [:]
    /// The names of `initializers`, in file order.
    public private(set) var initializerOrder: [String] = []

    /// The serialized `ModelProto` without what is modelled above: producer, doc strings, functions, unknown fields.
    package var envelope: [UInt8] = []

    /// An empty graph.
    public init() {}

    /// Adds or replaces a constant.
    public mutating func setInitializer(_ name: String, _ tensor: Tensor) {
        if initializers.updateValue(tensor, forKey: name) == nil { initializerOrder.append(name) }
    }

    /// Removes a constant, if it is there.
    public mutating func removeInitializer(_ name: String) {
        if initializers.removeValue(forKey: name) != nil { initializerOrder.removeAll { $0 == name } }
    }

    /// Removes many constants at once.
    package mutating func removeInitializers(_ names: Set<String>) {
        for name in names { initializers.removeValue(forKey: name) }
        initializerOrder.removeAll { names.contains($0) }
    }

    /// The constant behind a value, nil if the caller may feed another one.
    ///
    /// From IR 4 on an initializer that is also a graph input is a default value, which the caller may override; below,
    /// every initializer had to be listed as an input, and is a constant here.
    package func constant(_ name: String) -> Tensor? {
        guard let tensor = initializers[name] else { return nil }
        if irVersion >= 4, inputs.contains(where: { $0.name == name }) { return nil }
        return tensor
    }

    /// The inputs that the caller must feed: those without an initializer.
    public var requiredInputs: [ValueInfo] { inputs.filter { initializers[$0.name] == nil } }

    /// The opset version that a node's operator belongs to, nil if its domain is not imported.
    package func opset(of node: Node) -> Int? { opsets[node.domain] ?? (node.domain == "ai.onnx" ? opsets[""] : nil) }

    /// The names of all values: inputs, constants and node outputs.
    package var allValueNames: Set<String> {
        var names = Set(initializers.keys)
        names.formUnion(inputs.map(\.name))
        for node in nodes { names.formUnion(node.outputs) }
        return names
    }
}

/// A named value with the type that the file declares for it.
public struct ValueInfo: Sendable {
    /// The value's name.
    public var name: String
    /// The declared element type, nil if the file gives none.
    public var elementType: ElementType?
    /// The declared dimensions, nil if even the rank is left open.
    public var shape: [Dimension]?
    /// The serialized `ValueInfoProto` without what is modelled above: doc string, denotations, unknown fields.
    package var envelope: [UInt8] = []

    /// Creates a declaration.
    public init(name: String, elementType: ElementType?, shape: [Dimension]?) {
        self.name = name
        self.elementType = elementType
        self.shape = shape
    }
}

/// One dimension as a file declares it.
public enum Dimension: Sendable, Hashable, CustomStringConvertible {
    /// Always this size.
    case fixed(Int)
    /// A size that the caller's data decides; equal names mean equal sizes.
    case symbolic(String)
    /// A size that the file leaves open.
    case unknown

    /// The size, if it is fixed.
    public var size: Int? {
        if case .fixed(let size) = self { size } else { nil }
    }

    /// The size, the symbol, or `?`.
    public var description: String {
        switch self {
        case .fixed(let size): "\(size)"
        case .symbolic(let name): name
        case .unknown: "?"
        }
    }
}
