import Files
import Foundation
import ModelGraph
import Tensors

/// Writes graphs as ONNX model files.
package enum ONNXWriter {
    /// The bytes of a model file.
    ///
    /// - Throws: `.unsupported` if they are more than one protobuf message may have; `write` has no such limit.
    package static func serialize(_ graph: Graph) throws(HoneError) -> [UInt8] {
        let model = try SerializedModel(graph, dataFile: nil)
        guard model.byteCount <= Message.maximumByteCount else {
            throw HoneError(.unsupported, "the model takes \(model.byteCount) bytes; in memory it may have 2 GiB")
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(model.byteCount)
        try model.write(to: &bytes)
        return bytes
    }

    /// Writes a model file; on failure neither it nor a part of it is left behind.
    ///
    /// A model of more than 2 GiB keeps its large tensors in `<file name>.data` beside it.
    package static func write(_ graph: Graph, to path: String) throws(HoneError) {
        try write(graph, to: path, maximumByteCount: Message.maximumByteCount)
    }

    /// - Parameter maximumByteCount: the size from which on tensors go to another file; lower in tests.
    static func write(_ graph: Graph, to path: String, maximumByteCount: Int) throws(HoneError) {
        do throws(HoneError) {
            var model = try SerializedModel(graph, dataFile: nil)
            var file = try AtomicFile(replacing: path)
            if model.byteCount > maximumByteCount {
                let name = path.split(separator: "/").last.map(String.init) ?? path
                model = try SerializedModel(graph, dataFile: "\(name).data")
                guard model.byteCount <= maximumByteCount else {
                    throw HoneError(
                        .unsupported, "the model takes \(model.byteCount) bytes even without its large tensors")
                }
                var data = try AtomicFile(replacing: "\(path).data")
                try model.writeExternalData(to: &data)
                try data.finish()
                try model.write(to: &file)
                try file.finish()
                try data.commit()
                do throws(HoneError) {
                    try file.commit()
                } catch {
                    unlink("\(path).data")
                    throw error
                }
            } else {
                try model.write(to: &file)
                try file.finish()
                try file.commit()
            }
        } catch {
            throw error.inFile(path)
        }
    }
}

/// A model whose sizes are known and whose tensors are still in the graph: writing copies none of them.
struct SerializedModel {
    private let graph: Graph
    private let parts: GraphWriter.Parts
    private var tensors: [TensorField] = []
    private var external: [(offset: Int, tensor: Tensor)] = []

    /// Tensors of at most this many bytes stay in the model, as small constants decide shapes.
    private static let smallTensor = 1024
    /// Readers may map external tensors, for which they start at a page.
    private static let pageSize = 4096

    /// - Parameter dataFile: the name of the file that takes the large tensors, if one does.
    init(_ graph: Graph, dataFile: String?) throws(HoneError) {
        self.graph = graph
        parts = try GraphWriter(graph).parts()
        var end = 0
        for name in graph.initializerOrder {
            guard let tensor = graph.initializers[name] else { continue }
            var place: TensorField.External?
            if let dataFile, tensor.type.byteCount > Self.smallTensor {
                let offset = (end + Self.pageSize - 1) / Self.pageSize * Self.pageSize
                place = TensorField.External(location: dataFile, offset: offset)
                external.append((offset, tensor))
                end = offset + tensor.type.byteCount
            }
            tensors.append(
                try TensorField(
                    name: name, tensor: tensor, envelope: parts.initializerEnvelopes[name], external: place))
        }
    }

    private var graphByteCount: Int {
        tensors.reduce(parts.graph.count) { sum, tensor in
            sum + fieldHeader(5, byteCount: tensor.byteCount).count + tensor.byteCount
        }
    }

    /// Bytes of the model file.
    var byteCount: Int {
        let graphByteCount = graphByteCount
        return parts.model.count + fieldHeader(7, byteCount: graphByteCount).count + graphByteCount
    }

    /// Writes the ModelProto: fields of a message may come in any order, so that the tensors come last.
    func write<Sink: ByteSink & ~Copyable>(to sink: inout Sink) throws(HoneError) {
        try sink.append(parts.model)
        try sink.append(fieldHeader(7, byteCount: graphByteCount))
        try sink.append(parts.graph)
        for tensor in tensors {
            try sink.append(fieldHeader(5, byteCount: tensor.byteCount))
            try tensor.write(to: &sink)
        }
    }

    /// Writes the tensors that are not in the model.
    func writeExternalData<Sink: ByteSink & ~Copyable>(to sink: inout Sink) throws(HoneError) {
        var end = 0
        for (offset, tensor) in external {
            try sink.append([UInt8](repeating: 0, count: offset - end))
            try tensor.withUnsafeBytes { bytes throws(HoneError) in try sink.append(bytes) }
            end = offset + tensor.type.byteCount
        }
    }
}
