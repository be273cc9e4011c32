import Foundation
import ModelGraph
import Tensors
import Testing

@testable import ONNXFormat

@Suite("Writing models")
struct ONNXWriterTests {
    @Test("what a graph models survives")
    func roundTrip() throws {
        let graph = exampleGraph()
        let read = try ONNXReader.read(bytes: try ONNXWriter.serialize(graph), folder: nil)
        // Writing fills the envelope with the imports' order; everything else is as it was made.
        var expected = graph
        expected.envelope = read.envelope
        #expect(difference(read, expected) == nil)
    }

    /// A model with a doc string, a denotation or an unknown field at every level.
    private var annotated: [UInt8] {
        let unknown = { (wire: Wire) in wire.text(6, "doc").number(900, 42) }
        let tensor = Wire.tensor("", dims: [1]).bytes(9, [0, 0, 0, 0]).text(12, "tensor doc")
        let attribute = Wire().text(1, "value").message(5, tensor).number(20, 4).text(13, "attribute doc")
        let reference = Wire().text(1, "other").text(21, "outer")
        let node = unknown(Wire.node("Constant", [], ["c"]).message(5, attribute).message(5, reference))
        let dimension = Wire().number(1, 3).text(3, "DATA_BATCH")
        let type = Wire().message(1, Wire().number(1, 1).message(2, Wire().message(1, dimension))).text(6, "IMAGE")
        let value = { (name: String) in Wire().text(1, name).message(2, type).text(3, "value doc") }
        let sequence = Wire().text(1, "s").message(2, Wire().message(4, Wire()))
        let graph = Wire().text(2, "g").message(1, node).message(1, Wire.node("Split", [], ["s"]))
            .message(5, Wire.tensor("w", dims: [0]).text(12, "initializer doc")).message(5, Wire.tensor("v", dims: [0]))
            .message(11, value("x")).message(12, value("c")).message(13, sequence).message(13, value("w"))
            .text(10, "graph doc").message(14, Wire().text(1, "c")).message(15, Wire().number(3, 4)).number(901, 1)
        return Wire.model(graph)
            + Wire().text(2, "producer").text(6, "model doc").message(25, Wire().text(1, "f")).bytes
    }

    @Test("what a graph does not model survives too")
    func envelopes() throws {
        let graph = try ONNXReader.read(bytes: annotated, folder: nil)
        let bytes = try ONNXWriter.serialize(graph)
        #expect(difference(graph, try ONNXReader.read(bytes: bytes, folder: nil)) == nil)
        // The same fields in another order.
        #expect(bytes.sorted() == annotated.sorted())
    }

    @Test("annotations of what passes remove go with it")
    func removedAnnotations() throws {
        var graph = try ONNXReader.read(bytes: annotated, folder: nil)
        graph.removeInitializer("w")
        graph.nodes.removeAll { $0.outputs == ["s"] }
        graph.nodes[0].attributes = [:]
        let text = String(decoding: try ONNXWriter.serialize(graph), as: UTF8.self)
        for gone in ["initializer doc", "attribute doc", "outer"] { #expect(!text.contains(gone), "\(gone)") }
        for kept in ["graph doc", "model doc", "producer"] { #expect(text.contains(kept), "\(kept)") }
        let read = try ONNXReader.read(bytes: Array(try ONNXWriter.serialize(graph)), folder: nil)
        #expect(read.declaredTypes.isEmpty)
    }

    @Test("opset versions that passes change are written once")
    func opsets() throws {
        var graph = try ONNXReader.read(bytes: Wire.model(Wire(), opsets: [("x", 2), ("ai.onnx", 13)]), folder: nil)
        graph.opsets = ["": 21, "com.microsoft": 1, "hone": 1]
        let read = try ONNXReader.read(bytes: try ONNXWriter.serialize(graph), folder: nil)
        #expect(read.opsets == ["": 21, "com.microsoft": 1])
    }

    @Test("large tensors go to a file of their own where one message cannot hold them")
    func externalData() throws {
        let folder = try TemporaryFolder()
        var graph = exampleGraph()
        graph.setInitializer("large", Tensor((0..<3000).map { Float($0) }))
        graph.setInitializer("larger", Tensor((0..<3001).map { Float(-$0) }))
        let path = "\(folder.path)/model.onnx"
        try ONNXWriter.write(graph, to: path, maximumByteCount: 8000)
        #expect(folder.contents == ["model.onnx", "model.onnx.data"])
        let read = try ONNXReader.read(path: path)
        var expected = graph
        expected.envelope = read.envelope
        #expect(difference(read, expected) == nil)
        try FileManager.default.removeItem(atPath: "\(path).data")
        #expect(throws: HoneError.self) { try ONNXReader.read(path: path) }
    }

    @Test("a write that fails leaves nothing behind")
    func failures() throws {
        let folder = try TemporaryFolder()
        let graph = exampleGraph()
        let tooSmall = #expect(throws: HoneError.self) {
            try ONNXWriter.write(graph, to: "\(folder.path)/a.onnx", maximumByteCount: 10)
        }
        #expect(tooSmall?.code == .unsupported)
        #expect(folder.contents.isEmpty)
        let directory = #expect(throws: HoneError.self) { try ONNXWriter.write(graph, to: folder.path) }
        #expect(directory?.code == .fileAccess)
        #expect(throws: HoneError.self) { try ONNXWriter.write(graph, to: "\(folder.path)/none/a.onnx") }
        #expect(throws: HoneError.self) { try ONNXWriter.write(graph, to: "") }
        #expect(folder.contents.isEmpty)
    }

    @Test("an existing file is replaced whole")
    func replacing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a.onnx", [UInt8](repeating: 1, count: 100_000))
        try ONNXWriter.write(exampleGraph(), to: path)
        #expect(try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) == ONNXWriter.serialize(exampleGraph()))
        #expect(folder.contents == ["a.onnx"])
    }

    @Test("files that cannot be read are named")
    func inputFiles() throws {
        let folder = try TemporaryFolder()
        for path in ["\(folder.path)/none.onnx", folder.path, "/dev/null", "a\0b"] {
            let error = #expect(throws: HoneError.self) { try ONNXReader.read(path: path) }
            #expect(error?.code == .fileAccess)
            #expect(error?.file == path)
        }
    }
}
