import COnnx
import Files
import ModelGraph
import Tensors

extension GraphReader {
    /// Reads a node and strips it to its envelope.
    func readNode(_ proto: OpaquePointer, index: Int) throws(HoneError) -> Node {
        let operatorType = try onnx_node_operator(proto).text("the operator of node \(index)")
        let domain = try onnx_node_domain(proto).text("the domain of node \(index)")
        let name = try onnx_node_name(proto).text("the name of node \(index)")
        var inputs: [String] = []
        for input in 0..<onnx_node_input_count(proto) {
            inputs.append(try onnx_node_input(proto, input).text("an input of node \(index)"))
        }
        var outputs: [String] = []
        for output in 0..<onnx_node_output_count(proto) {
            outputs.append(try onnx_node_output(proto, output).text("an output of node \(index)"))
        }
        var node = Node(operatorType, name: name, domain: domain, inputs: inputs, outputs: outputs)
        do throws(HoneError) {
            guard !operatorType.isEmpty else { throw HoneError(.invalidModel, "the node names no operator") }
            guard domain != "hone" else {
                throw HoneError(.unsupported, "domain 'hone' is Hone's own and no part of a file")
            }
            for attribute in 0..<onnx_node_attribute_count(proto) {
                guard let proto = onnx_node_attribute(proto, attribute) else { continue }
                let name = try onnx_attribute_name(proto).text("the name of attribute \(attribute)")
                let value = try readAttribute(proto, name: name)
                guard node.attributes.updateValue(value, forKey: name) == nil else {
                    throw HoneError(.invalidModel, "attribute '\(name)' is given twice")
                }
            }
        } catch {
            throw error.atNode(node.label(opset: nil))
        }
        try expectMemory(onnx_node_strip(proto))
        node.envelope = try serialized(proto)
        return node
    }

    /// Reads an attribute's value and strips the rest to what the node's envelope keeps.
    private func readAttribute(_ proto: OpaquePointer, name: String) throws(HoneError) -> AttributeValue {
        let value: AttributeValue
        if let modelled = try modelledValue(proto, name: name) {
            value = modelled
            try expectMemory(onnx_attribute_strip(proto))
        } else {
            value = .other(kind: Self.kind(of: proto), serialized: try serialized(proto))
            try expectMemory(onnx_attribute_clear_all_but_name(proto))
        }
        return value
    }

    /// The value, nil if it is one that Hone does not interpret.
    private func modelledValue(_ proto: OpaquePointer, name: String) throws(HoneError) -> AttributeValue? {
        if onnx_attribute_is_reference(proto) { return nil }
        var count = 0
        switch onnx_attribute_kind(proto) {
        case ONNX_ATTRIBUTE_FLOAT: return .float(onnx_attribute_float(proto))
        case ONNX_ATTRIBUTE_INT: return .int(onnx_attribute_int(proto))
        case ONNX_ATTRIBUTE_STRING: return onnx_attribute_string(proto).validText.map { .string($0) }
        case ONNX_ATTRIBUTE_FLOATS:
            let values = onnx_attribute_floats(proto, &count)
            return .floats(Array(UnsafeBufferPointer(start: values, count: count)))
        case ONNX_ATTRIBUTE_INTS:
            let values = onnx_attribute_ints(proto, &count)
            return .ints(Array(UnsafeBufferPointer(start: values, count: count)))
        case ONNX_ATTRIBUTE_STRINGS:
            var strings: [String] = []
            for index in 0..<onnx_attribute_string_count(proto) {
                guard let string = onnx_attribute_string_at(proto, index).validText else { return nil }
                strings.append(string)
            }
            return .strings(strings)
        case ONNX_ATTRIBUTE_TENSOR:
            guard let tensor = onnx_attribute_tensor(proto) else {
                throw HoneError(.invalidModel, "attribute '\(name)' is a tensor, but holds none")
            }
            guard ElementType(rawValue: onnx_tensor_element_type(tensor)) != nil else { return nil }
            return .tensor(try readTensor(tensor, label: "attribute '\(name)'", folder: folder))
        default: return nil
        }
    }

    /// What an uninterpreted attribute holds, for error messages.
    private static func kind(of proto: OpaquePointer) -> String {
        if onnx_attribute_is_reference(proto) { return "reference to a function's attribute" }
        switch onnx_attribute_kind(proto) {
        case ONNX_ATTRIBUTE_STRING: return "string that is not UTF-8"
        case ONNX_ATTRIBUTE_STRINGS: return "strings that are not UTF-8"
        case ONNX_ATTRIBUTE_TENSOR:
            guard let tensor = onnx_attribute_tensor(proto) else { return "tensor" }
            return "tensor(\(ElementType.name(ofONNXCode: onnx_tensor_element_type(tensor))))"
        case ONNX_ATTRIBUTE_TENSORS: return "tensors"
        case ONNX_ATTRIBUTE_GRAPH: return "graph"
        case ONNX_ATTRIBUTE_GRAPHS: return "graphs"
        case ONNX_ATTRIBUTE_SPARSE_TENSOR: return "sparse tensor"
        case ONNX_ATTRIBUTE_SPARSE_TENSORS: return "sparse tensors"
        case ONNX_ATTRIBUTE_TYPE_PROTO: return "type"
        case ONNX_ATTRIBUTE_TYPE_PROTOS: return "types"
        default: return "value without a type"
        }
    }
}
