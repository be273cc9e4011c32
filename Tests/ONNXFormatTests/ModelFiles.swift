import Foundation
import ModelGraph
import ONNXFormat
import Tensors

/// Model files of the machine that tests run on: those below `HONE_MODELS`, by default `../shared`.
enum ModelFiles {
    static let folder = ProcessInfo.processInfo.environment["HONE_MODELS"] ?? "../shared"

    static let paths: [String] = {
        guard let found = FileManager.default.enumerator(atPath: folder) else { return [] }
        return found.compactMap { $0 as? String }.filter { $0.hasSuffix(".onnx") }.sorted().map { "\(folder)/\($0)" }
    }()
}

/// Says where two graphs differ, nil if they do not; node and value envelopes count, their order in files too.
func difference(_ left: Graph, _ right: Graph) -> String? {
    if left.name != right.name { return "name: \(left.name) and \(right.name)" }
    if left.opsets != right.opsets { return "opsets: \(left.opsets) and \(right.opsets)" }
    if left.irVersion != right.irVersion { return "IR version: \(left.irVersion) and \(right.irVersion)" }
    if left.metadata.map(\.key) != right.metadata.map(\.key) { return "metadata keys" }
    if left.metadata.map(\.value) != right.metadata.map(\.value) { return "metadata values" }
    if left.envelope != right.envelope { return "model envelopes" }
    if left.initializerOrder != right.initializerOrder { return "initializers' names" }
    for name in left.initializerOrder where left.initializers[name] != right.initializers[name] {
        return "initializer \(name)"
    }
    if let found = difference(left.inputs, right.inputs) { return "inputs: \(found)" }
    if let found = difference(left.outputs, right.outputs) { return "outputs: \(found)" }
    let names = left.declaredTypes.keys.sorted()
    if names != right.declaredTypes.keys.sorted() { return "names of declared types" }
    let declared = { (graph: Graph) in names.compactMap { graph.declaredTypes[$0] } }
    if let found = difference(declared(left), declared(right)) { return "declared types: \(found)" }
    if left.nodes.count != right.nodes.count { return "\(left.nodes.count) and \(right.nodes.count) nodes" }
    for (leftNode, rightNode) in zip(left.nodes, right.nodes) {
        if let found = difference(leftNode, rightNode) { return "node '\(leftNode.name)': \(found)" }
    }
    return nil
}

private func difference(_ left: [ValueInfo], _ right: [ValueInfo]) -> String? {
    if left.count != right.count { return "\(left.count) and \(right.count)" }
    for (leftValue, rightValue) in zip(left, right) {
        let isEqual =
            leftValue.name == rightValue.name && leftValue.elementType == rightValue.elementType
            && leftValue.shape == rightValue.shape && leftValue.envelope == rightValue.envelope
        if !isEqual { return "\(leftValue) and \(rightValue)" }
    }
    return nil
}

private func difference(_ left: Node, _ right: Node) -> String? {
    if left.name != right.name || left.qualifiedType != right.qualifiedType || left.domain != right.domain {
        return "\(left.label(opset: nil)) and \(right.label(opset: nil))"
    }
    if left.inputs != right.inputs { return "inputs" }
    if left.outputs != right.outputs { return "outputs" }
    if left.envelope != right.envelope { return "envelopes" }
    if Set(left.attributes.keys) != Set(right.attributes.keys) { return "attributes' names" }
    for (name, value) in left.attributes {
        guard let other = right.attributes[name], isEqual(value, other) else { return "attribute '\(name)'" }
    }
    return nil
}

private func isEqual(_ left: AttributeValue, _ right: AttributeValue) -> Bool {
    switch (left, right) {
    case (.float(let left), .float(let right)): left.bitPattern == right.bitPattern
    case (.int(let left), .int(let right)): left == right
    case (.string(let left), .string(let right)): left == right
    case (.tensor(let left), .tensor(let right)): left == right
    case (.floats(let left), .floats(let right)): left.map(\.bitPattern) == right.map(\.bitPattern)
    case (.ints(let left), .ints(let right)): left == right
    case (.strings(let left), .strings(let right)): left == right
    case (.other(let leftKind, let left), .other(let rightKind, let right)): leftKind == rightKind && left == right
    default: false
    }
}
