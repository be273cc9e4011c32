import COnnx
import Files
import ModelGraph
import Tensors

extension GraphReader {
    /// Reads the graph's inputs and outputs.
    func readValues(into graph: inout Graph) throws(HoneError) {
        for index in 0..<onnx_model_count(model, ONNX_LIST_INPUT) {
            guard let proto = onnx_model_element(model, ONNX_LIST_INPUT, index) else { continue }
            let name = try self.name(of: proto, "graph input \(index)")
            if let refused = Self.refusedType(of: proto) {
                throw HoneError(.unsupported, "graph input '\(name)' has type \(refused), which Hone does not read")
            }
            graph.inputs.append(try readValue(proto, name: name))
        }
        for index in 0..<onnx_model_count(model, ONNX_LIST_OUTPUT) {
            guard let proto = onnx_model_element(model, ONNX_LIST_OUTPUT, index) else { continue }
            graph.outputs.append(try readValue(proto, name: try self.name(of: proto, "graph output \(index)")))
        }
    }

    /// Reads `value_info`, which keeps its order in the envelope: a bare name stands for a declared type.
    ///
    /// Declarations of values that are not in the graph, which some tools leave behind, are dropped.
    func readDeclaredTypes(into graph: inout Graph) throws(HoneError) {
        let values = graph.allValueNames
        var seen: Set<String> = []
        for index in 0..<onnx_model_count(model, ONNX_LIST_VALUE_INFO) {
            guard let proto = onnx_model_element(model, ONNX_LIST_VALUE_INFO, index) else { continue }
            let name = try onnx_value_name(proto).text("the name of value info \(index)")
            guard values.contains(name), seen.insert(name).inserted else {
                try expectMemory(onnx_value_clear(proto, false))
                continue
            }
            if Self.refusedType(of: proto) != nil { continue }
            graph.declaredTypes[name] = try readValue(proto, name: name)
            try expectMemory(name.lent { onnx_value_set_name(proto, $0) && onnx_value_clear(proto, true) })
        }
    }

    private func name(of proto: OpaquePointer, _ role: String) throws(HoneError) -> String {
        let name = try onnx_value_name(proto).text("the name of \(role)")
        guard !name.isEmpty else { throw HoneError(.invalidModel, "\(role) has no name") }
        return name
    }

    /// What a value's type is called, if Hone does not read values of it.
    private static func refusedType(of proto: OpaquePointer) -> String? {
        switch onnx_value_type(proto) {
        case ONNX_TYPE_NONE: return nil
        case ONNX_TYPE_TENSOR:
            let code = onnx_value_element_type(proto)
            return code == 0 || ElementType(rawValue: code) != nil
                ? nil : "tensor(\(ElementType.name(ofONNXCode: code)))"
        case ONNX_TYPE_SEQUENCE: return "sequence"
        case ONNX_TYPE_MAP: return "map"
        case ONNX_TYPE_OPTIONAL: return "optional"
        case ONNX_TYPE_SPARSE_TENSOR: return "sparse tensor"
        default: return "of an unknown kind"
        }
    }

    /// Reads a declaration; a type that Hone does not read stays in its envelope.
    private func readValue(_ proto: OpaquePointer, name: String) throws(HoneError) -> ValueInfo {
        var value = ValueInfo(name: name, elementType: nil, shape: nil)
        let isModelled = Self.refusedType(of: proto) == nil
        if isModelled, onnx_value_type(proto) == ONNX_TYPE_TENSOR {
            value.elementType = ElementType(rawValue: onnx_value_element_type(proto))
            if onnx_value_has_shape(proto) { value.shape = try readShape(proto, name: name) }
        }
        try expectMemory(onnx_value_strip(proto, !isModelled))
        value.envelope = try serialized(proto)
        return value
    }

    private func readShape(_ proto: OpaquePointer, name: String) throws(HoneError) -> [Dimension] {
        var shape: [Dimension] = []
        for index in 0..<onnx_value_rank(proto) {
            var size: Int64 = 0
            var symbol = onnx_bytes()
            switch onnx_value_dim(proto, index, &size, &symbol) {
            // Old exporters write -1 for a size that is not known.
            case ONNX_DIM_FIXED: shape.append(size < 0 ? .unknown : .fixed(Int(size)))
            case ONNX_DIM_SYMBOLIC:
                let text = try symbol.text("a dimension of '\(name)'")
                shape.append(text.isEmpty ? .unknown : .symbolic(text))
            default: shape.append(.unknown)
            }
        }
        return shape
    }
}
