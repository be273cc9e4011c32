import COnnx
import ModelGraph
import Tensors

/// Fills a NodeProto that starts as the node's envelope.
func writeNode(_ node: Node, to proto: OpaquePointer) throws(HoneError) {
    let isSet = node.name.lent { name in
        node.operatorType.lent { type in node.domain.lent { onnx_node_set(proto, name, type, $0) } }
    }
    try expectMemory(isSet)
    for input in node.inputs { try expectMemory(input.lent { onnx_node_add_input(proto, $0) }) }
    for output in node.outputs { try expectMemory(output.lent { onnx_node_add_output(proto, $0) }) }
    let envelopes = try attributeEnvelopes(of: node, in: proto)
    // By name, because a dictionary's own order differs from run to run.
    for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) {
        if case .other(_, let bytes) = value {
            try expectMemory(addAttribute(bytes, name, to: proto) != nil)
            continue
        }
        guard let attribute = envelopes[name] ?? addAttribute([], name, to: proto) else {
            return try expectMemory(false)
        }
        try writeValue(value, to: attribute)
    }
}

/// What is kept of attributes besides their values, by name; of attributes that are gone or kept whole it is removed.
private func attributeEnvelopes(of node: Node, in proto: OpaquePointer) throws(HoneError) -> [String: OpaquePointer] {
    var envelopes: [String: OpaquePointer] = [:]
    for index in (0..<onnx_node_attribute_count(proto)).reversed() {
        guard let attribute = onnx_node_attribute(proto, index) else { continue }
        let name = try onnx_attribute_name(attribute).text("an attribute's name")
        switch node.attributes[name] {
        case nil, .other: try expectMemory(onnx_node_remove_attribute(proto, index))
        default: envelopes[name] = attribute
        }
    }
    return envelopes
}

private func addAttribute(_ bytes: [UInt8], _ name: String, to node: OpaquePointer) -> OpaquePointer? {
    bytes.withUnsafeBytes { buffer in name.lent { onnx_node_add_attribute(node, onnx_bytes(buffer), $0) } }
}

private func writeValue(_ value: AttributeValue, to attribute: OpaquePointer) throws(HoneError) {
    switch value {
    case .float(let float): try expectMemory(onnx_attribute_set_float(attribute, float))
    case .int(let int): try expectMemory(onnx_attribute_set_int(attribute, int))
    case .string(let string): try expectMemory(string.lent { onnx_attribute_set_string(attribute, $0) })
    case .floats(let floats): try expectMemory(onnx_attribute_set_floats(attribute, floats, floats.count))
    case .ints(let ints): try expectMemory(onnx_attribute_set_ints(attribute, ints, ints.count))
    case .strings(let strings):
        try expectMemory(onnx_attribute_set_strings(attribute))
        for string in strings { try expectMemory(string.lent { onnx_attribute_add_string(attribute, $0) }) }
    case .tensor(let tensor):
        guard let proto = onnx_attribute_set_tensor(attribute) else { return try expectMemory(false) }
        try setType(proto, name: "", tensor)
        let isSet = tensor.withUnsafeBytes { bytes in
            bytes.isEmpty || onnx_tensor_set_raw(proto, onnx_bytes(bytes))
        }
        try expectMemory(isSet)
    case .other: preconditionFailure("uninterpreted attributes are added whole")
    }
}
