import COnnx
import Files
import ModelGraph
import Tensors

/// Takes a parsed ModelProto apart, leaving in it what a graph does not model.
struct GraphReader {
    /// The ModelProto; emptied on the way, so that no tensor is in memory twice.
    let model: OpaquePointer
    /// Where external data may lie; nil refuses it.
    let folder: String?

    /// The opset versions of ai.onnx that Hone knows.
    static let supportedOpsets = 7...25

    consuming func graph() throws(HoneError) -> Graph {
        guard onnx_model_has_graph(model) else {
            throw HoneError(
                .malformedFile, "this is no ONNX model: it has no graph", remedy: "export or download it again")
        }
        var graph = Graph()
        try readHeader(into: &graph)
        let fourBitNames = try readInitializers(into: &graph)
        try readValues(into: &graph)
        graph.nodes.reserveCapacity(onnx_model_count(model, ONNX_LIST_NODE))
        for index in 0..<onnx_model_count(model, ONNX_LIST_NODE) {
            guard let node = onnx_model_element(model, ONNX_LIST_NODE, index) else { continue }
            graph.nodes.append(try readNode(node, index: index))
        }
        try checkProducers(of: graph)
        try graph.sortTopologically()
        try FourBitTensor.check(fourBitNames, in: graph)
        try readDeclaredTypes(into: &graph)
        try expectMemory(onnx_model_strip(model))
        graph.envelope = try serialized(model)
        return graph
    }

    // MARK: Versions, names and metadata

    private func readHeader(into graph: inout Graph) throws(HoneError) {
        graph.name = try onnx_model_graph_name(model).text("the graph's name")
        graph.irVersion = Int(onnx_model_ir_version(model))
        guard graph.irVersion >= 3 else {
            throw HoneError(
                .unsupported, "the file has IR version \(graph.irVersion); Hone reads 3 and later",
                remedy: "convert it with onnx.version_converter")
        }
        for index in 0..<onnx_model_opset_count(model) {
            let domain = try onnx_model_opset_domain(model, index).text("an opset's domain")
            let version = Int(onnx_model_opset_version(model, index))
            guard graph.opsets.updateValue(version, forKey: Self.canonical(domain)) == nil else {
                throw HoneError(.invalidModel, "the opset of domain '\(Self.canonical(domain))' is imported twice")
            }
        }
        if let version = graph.opsets[""], !Self.supportedOpsets.contains(version) {
            let (first, last) = (Self.supportedOpsets.lowerBound, Self.supportedOpsets.upperBound)
            throw HoneError(
                .unsupported, "the model uses opset \(version); Hone reads \(first) to \(last)",
                remedy: "convert it with onnx.version_converter")
        }
        for index in 0..<onnx_model_metadata_count(model) {
            let key = try onnx_model_metadata_key(model, index).text("a metadata key")
            let value = try onnx_model_metadata_value(model, index).text("the metadata of '\(key)'")
            graph.metadata.append((key, value))
        }
    }

    /// The default domain has two spellings.
    static func canonical(_ domain: String) -> String { domain == "ai.onnx" ? "" : domain }

    // MARK: Initializers

    /// - Returns: the names of those of 4 bits, which are in the graph as integers of 8.
    private func readInitializers(into graph: inout Graph) throws(HoneError) -> Set<String> {
        var fourBitNames: Set<String> = []
        let count = onnx_model_count(model, ONNX_LIST_INITIALIZER)
        for index in 0..<count {
            guard let proto = onnx_model_element(model, ONNX_LIST_INITIALIZER, index) else { continue }
            let name = try onnx_tensor_name(proto).text("the name of initializer \(index)")
            guard !name.isEmpty else { throw HoneError(.invalidModel, "initializer \(index) has no name") }
            guard graph.initializers[name] == nil else {
                throw HoneError(.invalidModel, "initializer '\(name)' is defined twice")
            }
            if FourBitTensor.stored(onnx_tensor_element_type(proto)) != nil { fourBitNames.insert(name) }
            graph.setInitializer(name, try readTensor(proto, label: "initializer '\(name)'", folder: folder))
            try expectMemory(onnx_tensor_strip(proto))
        }
        return fourBitNames
    }

    // MARK: Who makes what

    /// Checks that every value has one producer and that every value read has one.
    private func checkProducers(of graph: Graph) throws(HoneError) {
        var produced = Set(graph.initializers.keys)
        var inputNames: Set<String> = []
        for input in graph.inputs {
            guard inputNames.insert(input.name).inserted else {
                throw HoneError(.invalidModel, "graph input '\(input.name)' is declared twice")
            }
        }
        produced.formUnion(inputNames)
        for node in graph.nodes {
            for output in node.outputs where !output.isEmpty {
                guard produced.insert(output).inserted else {
                    throw HoneError(
                        .invalidModel, "output '\(output)' is already produced elsewhere",
                        node: node.label(opset: graph.opset(of: node)))
                }
            }
        }
        for node in graph.nodes {
            for input in node.inputs where !input.isEmpty && !produced.contains(input) {
                throw try missing("input '\(input)'", input).atNode(node.label(opset: graph.opset(of: node)))
            }
        }
        for output in graph.outputs where !produced.contains(output.name) {
            throw try missing("graph output '\(output.name)'", output.name)
        }
    }

    private func missing(_ role: String, _ name: String) throws(HoneError) -> HoneError {
        for index in 0..<onnx_model_sparse_initializer_count(model)
        where onnx_model_sparse_initializer_name(model, index).validText == name {
            return HoneError(
                .unsupported, "\(role) is a sparse initializer, which Hone does not read",
                remedy: "export the model with dense initializers")
        }
        return HoneError(.invalidModel, "\(role) is neither a graph input, nor an initializer, nor made by a node")
    }
}
