import Tensors

/// One application of an operator, as the file has it.
///
/// `Graph.decode` gives its typed operator; passes that only look for a shape of graph compare `operatorType`.
public struct Node: Sendable {
    /// The node's name; may be empty in the file.
    public var name: String
    /// The operator, such as `Conv`.
    public var operatorType: String
    /// The operator's domain: `""` (ai.onnx), `com.microsoft`, or `hone` for operators that passes create.
    public var domain: String
    /// Names of the values read; `""` for an optional input that is absent.
    public var inputs: [String]
    /// Names of the values produced; `""` for an optional output that is not wanted.
    public var outputs: [String]
    /// Attributes by name.
    public var attributes: [String: AttributeValue]
    /// The serialized `NodeProto` without what is modelled above: doc string, metadata, unknown fields.
    package var envelope: [UInt8] = []
    /// What passes tell the plan about the node, by key; no part of the model, and never written.
    package var annotations: [String: String] = [:]

    /// Creates a node.
    public init(
        _ operatorType: String, name: String = "", domain: String = "", inputs: [String], outputs: [String],
        attributes: [String: AttributeValue] = [:]
    ) {
        self.operatorType = operatorType
        self.name = name
        self.domain = domain
        self.inputs = inputs
        self.outputs = outputs
        self.attributes = attributes
    }

    /// The operator with its domain, the default domain left out: `Conv`, `com.microsoft.QLinearAdd`.
    public var qualifiedType: String {
        domain.isEmpty || domain == "ai.onnx" ? operatorType : "\(domain).\(operatorType)"
    }

    /// How errors call the node: its name, or the first value it makes where it has none.
    package func label(opset: Int?) -> String {
        let called = name.isEmpty ? "producing '\(outputs.first(where: { !$0.isEmpty }) ?? "")'" : "'\(name)'"
        let version = opset.map { ", opset \($0)" } ?? ""
        return "node \(called) (\(qualifiedType)\(version))"
    }

    /// The name of input `index`, nil if it is absent.
    package func input(_ index: Int) -> String? {
        guard index < inputs.count, !inputs[index].isEmpty else { return nil }
        return inputs[index]
    }
}

/// The value of a node's attribute.
public enum AttributeValue: Sendable {
    case float(Float)
    case int(Int64)
    case string(String)
    case tensor(Tensor)
    case floats([Float])
    case ints([Int64])
    case strings([String])
    /// A serialized `AttributeProto` that Hone does not interpret: graphs, types, sparse tensors, refused element types.
    case other(kind: String, serialized: [UInt8])

    /// What the attribute holds, for error messages.
    package var kind: String {
        switch self {
        case .float: "float"
        case .int: "int"
        case .string: "string"
        case .tensor: "tensor"
        case .floats: "floats"
        case .ints: "ints"
        case .strings: "strings"
        case .other(let kind, _): kind
        }
    }
}
