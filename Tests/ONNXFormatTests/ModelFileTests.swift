import Foundation
import ModelGraph
import ONNXFormat
import Testing

@Suite("Model files of this machine")
struct ModelFileTests {
    @Test("read, written and read again, every model is the same graph")
    func roundTrip() throws {
        guard !ModelFiles.paths.isEmpty else {
            print("note: no .onnx file below \(ModelFiles.folder); set HONE_MODELS to a folder of models")
            return
        }
        for path in ModelFiles.paths {
            let graph = try ONNXReader.read(path: path)
            let bytes = try ONNXWriter.serialize(graph)
            let again = try ONNXReader.read(bytes: bytes, folder: nil)
            #expect(difference(graph, again) == nil, "\(path)")
            #expect(try ONNXWriter.serialize(again) == bytes, "\(path) is written differently the second time")
        }
        print("note: \(ModelFiles.paths.count) models below \(ModelFiles.folder) survive a round trip")
    }
}
