import COnnx
import Files
import ModelGraph
import Tensors

/// Puts a graph back into the messages that it was read from.
struct GraphWriter: ~Copyable {
    private let graph: Graph
    private let message: Message
    private var model: OpaquePointer { message.handle }

    init(_ graph: Graph) throws(HoneError) {
        precondition(!graph.nodes.contains { $0.domain == "hone" }, "nodes of Hone's own domain are never written")
        self.graph = graph
        message = try Message.parse(ONNX_MODEL, envelope: graph.envelope)
    }

    /// What a file holds besides the initializers.
    struct Parts {
        /// The ModelProto without its graph.
        var model: [UInt8]
        /// The GraphProto without its initializers.
        var graph: [UInt8]
        /// What to keep of an initializer's TensorProto besides its value, by name.
        var initializerEnvelopes: [String: [UInt8]]
    }

    consuming func parts() throws(HoneError) -> Parts {
        try expectMemory(onnx_model_set_ir_version(model, Int64(graph.irVersion)))
        try expectMemory(graph.name.lent { onnx_model_set_graph_name(model, $0) })
        for (key, value) in graph.metadata {
            try expectMemory(key.lent { key in value.lent { onnx_model_add_metadata(model, key, $0) } })
        }
        try writeOpsets()
        let initializerEnvelopes = try takeInitializerEnvelopes()
        try writeValues()
        for node in graph.nodes {
            guard let proto = add(ONNX_LIST_NODE, node.envelope) else { try expectMemory(false); continue }
            try writeNode(node, to: proto)
        }
        let size = onnx_model_graph_size(model)
        try checkSerializedSize(size)
        var isWritten = false
        let graphBytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            isWritten = onnx_model_serialize_graph(model, buffer.baseAddress, size)
            count = isWritten ? size : 0
        }
        try expectMemory(isWritten && onnx_model_clear_graph(model))
        return Parts(model: try serialized(model), graph: graphBytes, initializerEnvelopes: initializerEnvelopes)
    }

    /// Adds an element that starts as its envelope; nil if there is no memory for it.
    private func add(_ list: onnx_list, _ envelope: [UInt8]) -> OpaquePointer? {
        envelope.withUnsafeBytes { onnx_model_add(model, list, onnx_bytes($0)) }
    }

    /// Brings the imports, which keep their order and spelling, up to the graph's versions.
    private func writeOpsets() throws(HoneError) {
        var opsets = graph.opsets
        // The domain of passes is no one else's business.
        opsets["hone"] = nil
        var listed: Set<String> = []
        for index in (0..<onnx_model_opset_count(model)).reversed() {
            let domain = GraphReader.canonical(try onnx_model_opset_domain(model, index).text("an opset's domain"))
            if let version = opsets[domain], listed.insert(domain).inserted {
                try expectMemory(onnx_model_set_opset_version(model, index, Int64(version)))
            } else {
                try expectMemory(onnx_model_remove_opset(model, index))
            }
        }
        for (domain, version) in opsets.sorted(by: { $0.key < $1.key }) where !listed.contains(domain) {
            try expectMemory(domain.lent { onnx_model_add_opset(model, $0, Int64(version)) })
        }
    }

    private func takeInitializerEnvelopes() throws(HoneError) -> [String: [UInt8]] {
        var envelopes: [String: [UInt8]] = [:]
        for index in 0..<onnx_model_count(model, ONNX_LIST_INITIALIZER) {
            guard let proto = onnx_model_element(model, ONNX_LIST_INITIALIZER, index) else { continue }
            envelopes[try onnx_tensor_name(proto).text("an initializer's name")] = try serialized(proto)
        }
        try expectMemory(onnx_model_clear(model, ONNX_LIST_INITIALIZER))
        return envelopes
    }

    // MARK: Values

    private func writeValues() throws(HoneError) {
        for value in graph.inputs { try writeValue(value, as: value.name, to: ONNX_LIST_INPUT) }
        for value in graph.outputs { try writeValue(value, as: value.name, to: ONNX_LIST_OUTPUT) }

        // Inner values: first those of the envelope, in file order, then those that passes declared.
        var envelopes: [(name: String, isUninterpreted: Bool, bytes: [UInt8])] = []
        for index in 0..<onnx_model_count(model, ONNX_LIST_VALUE_INFO) {
            guard let proto = onnx_model_element(model, ONNX_LIST_VALUE_INFO, index) else { continue }
            let name = try onnx_value_name(proto).text("a value's name")
            envelopes.append((name, onnx_value_type(proto) != ONNX_TYPE_NONE, try serialized(proto)))
        }
        try expectMemory(onnx_model_clear(model, ONNX_LIST_VALUE_INFO))
        let existing = graph.allValueNames
        var written: Set<String> = []
        for (name, isUninterpreted, bytes) in envelopes where existing.contains(name) {
            if let declared = graph.declaredTypes[name] {
                if written.insert(name).inserted { try writeValue(declared, as: name, to: ONNX_LIST_VALUE_INFO) }
            } else if isUninterpreted, written.insert(name).inserted {
                try expectMemory(add(ONNX_LIST_VALUE_INFO, bytes) != nil)
            }
        }
        let rest = graph.declaredTypes.keys.filter { existing.contains($0) && !written.contains($0) }
        for name in rest.sorted() {
            guard let declared = graph.declaredTypes[name] else { continue }
            try writeValue(declared, as: name, to: ONNX_LIST_VALUE_INFO)
        }
    }

    private func writeValue(_ value: ValueInfo, as name: String, to list: onnx_list) throws(HoneError) {
        guard let proto = add(list, value.envelope) else { return try expectMemory(false) }
        try expectMemory(name.lent { onnx_value_set_name(proto, $0) })
        if let elementType = value.elementType {
            try expectMemory(onnx_value_set_element_type(proto, elementType.rawValue))
        }
        guard let shape = value.shape else { return }
        try expectMemory(onnx_value_set_rank(proto, shape.count))
        for (index, dimension) in shape.enumerated() {
            let isSet =
                switch dimension {
                case .fixed(let size): onnx_value_set_dim(proto, index, ONNX_DIM_FIXED, Int64(size), onnx_bytes())
                case .unknown: onnx_value_set_dim(proto, index, ONNX_DIM_UNKNOWN, 0, onnx_bytes())
                case .symbolic(let symbol):
                    symbol.lent { onnx_value_set_dim(proto, index, ONNX_DIM_SYMBOLIC, 0, $0) }
                }
            try expectMemory(isSet)
        }
    }
}
