import ModelGraph
import ONNXFormat
import ReferenceBackend
import Runtime
@_exported import Tensors

/// A trained network, read from an ONNX file: a value that can be run, quantized and saved.
///
///     let model = try Model(path: "model.onnx")
///     let session = try model.session(on: .reference)
///     let outputs = try session.run(["input": tensor])
public struct Model: Sendable {
    /// The graph as the file has it, with every later change.
    package var graph: Graph

    /// Reads an ONNX file, and the external data files in its folder that it names.
    ///
    /// - Throws: `.malformedFile`, `.invalidModel` or `.unsupported`, naming the file and the node.
    public init(path: String) throws(HoneError) {
        do throws(HoneError) {
            graph = try ONNXReader.read(path: path)
            try graph.validate()
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads an ONNX file's bytes. Weights in external files cannot be read this way.
    public init(bytes: [UInt8]) throws(HoneError) {
        graph = try ONNXReader.read(bytes: bytes, folder: nil)
        try graph.validate()
    }

    package init(graph: Graph) { self.graph = graph }

    /// The values that a session must be fed.
    public var inputs: [ModelValue] { graph.requiredInputs.map { ModelValue($0) } }

    /// The names of all inputs, also of those that have a default value in the file and need not be fed.
    package var inputNames: [String] { graph.inputs.map(\.name) }

    /// An input by name, also one that need not be fed.
    package func input(named name: String) -> ModelValue? {
        graph.inputs.first { $0.name == name }.map { ModelValue($0) }
    }

    /// The values that a session gives.
    public var outputs: [ModelValue] { graph.outputs.map { ModelValue($0) } }

    /// How often each operator occurs, by its qualified name.
    public var operatorCounts: [String: Int] {
        graph.nodes.reduce(into: [:]) { counts, node in counts[node.qualifiedType, default: 0] += 1 }
    }

    /// The model as the bytes of an ONNX file.
    public func serialized() throws(HoneError) -> [UInt8] { try ONNXWriter.serialize(graph) }

    /// Writes an ONNX file, whole or not at all.
    public func save(to path: String) throws(HoneError) { try ONNXWriter.write(graph, to: path) }

    /// The model made ready to run on a device.
    ///
    /// - Parameters:
    ///   - threads: how many threads the device may use on the host; nil for one a core. No result depends on it.
    ///   - precision: of float convolutions and matrix products; other than float32 on OpenCL devices only. NUMERICS.md says
    ///     how far results may be off then.
    ///   - fusing: whether operators are fused; a quantized model gives the same integers either way.
    /// - Throws: `.device` if the device is missing, `.unsupported` for an operator that it lacks, `.invalidOption` for a
    ///   precision that it does not compute in.
    public func session(
        on device: Device = .automatic, threads: Int? = nil, precision: FloatPrecision = .float32, fusing: Bool = true
    ) throws(HoneError) -> InferenceSession {
        let backend = try device.backend(threads: threads, precision: precision)
        var executable = graph
        let pipeline = fusing ? PassPipeline.execution : PassPipeline.unfusedExecution
        try pipeline.run(on: &executable, evaluator: ReferenceBackend())
        let session = try Session(executable, backend: backend, evaluator: ReferenceBackend())
        let validation = try StepValidation.fromEnvironment(executable, threads: threads, precision: precision)
        // The graph lives on in the session alone, which lets go of the weights that kernels hold packed.
        executable = Graph()
        try session.prepare()
        return InferenceSession(session: session, device: device, validation: validation)
    }
}

/// A named input or output of a model.
public struct ModelValue: Sendable, CustomStringConvertible {
    /// The name to feed or to look up.
    public let name: String
    /// The element type, if the file gives one.
    public let elementType: ElementType?
    /// A size for each dimension, nil where the data decides; nil if even the rank is open.
    public let shape: [Int?]?
    /// The dimensions as the file spells them.
    package let dimensions: [Dimension]?

    package init(_ info: ValueInfo) {
        name = info.name
        elementType = info.elementType
        shape = info.shape?.map(\.size)
        dimensions = info.shape
    }

    /// For instance `input: float[N, 3, 224, 224]`.
    public var description: String {
        let type = elementType.map(\.description) ?? "unknown type"
        let shape = dimensions.map { "[" + $0.map(\.description).joined(separator: ", ") + "]" } ?? " of any rank"
        return "\(name): \(type)\(shape)"
    }
}
