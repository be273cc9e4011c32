import Foundation
import ModelGraph
import ONNXFormat
import Tensors
import Testing

@Suite("External data")
struct ExternalDataTests {
    private let folder: TemporaryFolder
    private let data: [UInt8] = [9, 9, 0, 0, 0x80, 0x3F, 0, 0, 0, 0x40]

    init() throws {
        folder = try TemporaryFolder()
        _ = try folder.write("data.bin", data)
    }

    private func model(_ entries: [(String, String)], dims: [Int64] = [2]) -> [UInt8] {
        Wire.model(Wire().message(5, Wire.external("w", dims: dims, entries)))
    }

    private func error(_ entries: [(String, String)], dims: [Int64] = [2]) -> HoneError? {
        readingError(model(entries, dims: dims), folder: folder.path)
    }

    @Test("a range of a file beside the model is read")
    func range() throws {
        let expected = Tensor([1, 2] as [Float])
        let entries = [("location", "data.bin"), ("offset", "2"), ("checksum", "?")]
        let path = try folder.write("model.onnx", model(entries + [("length", "8")]))
        #expect(try ONNXReader.read(path: path).initializers["w"] == expected)
        #expect(try ONNXReader.read(bytes: model(entries), folder: folder.path).initializers["w"] == expected)
    }

    @Test("an attribute's tensor may be external")
    func attribute() throws {
        let tensor = Wire.external("", dims: [2], [("location", "data.bin"), ("offset", "2")])
        let node = Wire.node("Constant", [], ["c"]).message(5, Wire().text(1, "value").message(5, tensor).number(20, 4))
        let graph = try ONNXReader.read(bytes: Wire.model(Wire().message(1, node)), folder: folder.path)
        guard case .tensor(let value) = graph.nodes[0].attributes["value"] else {
            Issue.record("no tensor")
            return
        }
        #expect(value == Tensor([1, 2] as [Float]))
    }

    /// Offset 0 lies as kernels want it, offset 4 does not; the last bytes are those at the end of the file.
    @Test("large tensors are mapped: copies are written, the file is not", arguments: [0, 4])
    func mapped(offset: Int) throws {
        let count = 1 << 15
        let numbers = (0..<count + 1).map { Float($0) }
        let bytes = numbers.withUnsafeBytes { Array($0) }
        _ = try folder.write("large.bin", bytes)
        let entries = [("location", "large.bin"), ("offset", "\(offset)")]
        let graph = try ONNXReader.read(bytes: model(entries, dims: [Int64(count)]), folder: folder.path)
        let expected = Array(numbers.dropFirst(offset / 4).prefix(count))
        var tensor = try #require(graph.initializers["w"])
        tensor.withMutableElements(of: Float.self) { $0[3] = -1 }
        #expect(graph.initializers["w"] == Tensor(expected))
        #expect(tensor.elements(as: Float.self)[2..<5] == [expected[2], -1, expected[4]])
        let again = try ONNXReader.read(bytes: model(entries, dims: [Int64(count)]), folder: folder.path)
        #expect(again.initializers["w"] == Tensor(expected))
        #expect(error([("location", "large.bin"), ("offset", "8")], dims: [Int64(count)])?.code == .malformedFile)
    }

    @Test("a model without a folder may not name other files")
    func noFolder() {
        #expect(readingError(model([("location", "data.bin"), ("offset", "2")]))?.code == .unsupported)
    }

    @Test(
        "locations outside the folder are refused",
        arguments: [
            "/etc/hostname", "../data.bin", "sub/../../data.bin", "..", "", "data.bin\0", "link", "linked/data.bin",
            ".",
        ])
    func outside(location: String) throws {
        let elsewhere = try TemporaryFolder()
        _ = try elsewhere.write("data.bin", data)
        let manager = FileManager.default
        try manager.createDirectory(atPath: "\(folder.path)/sub", withIntermediateDirectories: true)
        try manager.createSymbolicLink(
            atPath: "\(folder.path)/link", withDestinationPath: "\(elsewhere.path)/data.bin")
        try manager.createSymbolicLink(atPath: "\(folder.path)/linked", withDestinationPath: elsewhere.path)
        #expect(error([("location", location), ("offset", "2")])?.code == .malformedFile)
    }

    @Test("links that stay in the folder are followed")
    func insideLink() throws {
        try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: "data.bin")
        #expect(error([("location", "link"), ("offset", "2")]) == nil)
    }

    @Test("a missing file is named, with its tensor")
    func missing() {
        let error = error([("location", "gone.bin")])
        #expect(error?.code == .fileAccess)
        #expect(error?.message.contains("'w'") == true && error?.message.contains("'gone.bin'") == true)
    }

    @Test(
        "ranges outside the file are refused",
        arguments: [
            ("3", nil), ("10", nil), ("9223372036854775807", nil), ("9223372036854775800", "8"), ("-1", nil),
            ("99999999999999999999", nil), ("two", nil), ("2", "7"), ("2", "9"), ("2", "-8"),
        ] as [(String, String?)])
    func ranges(offset: String, length: String?) {
        let entries = [("location", "data.bin"), ("offset", offset)] + (length.map { [("length", $0)] } ?? [])
        #expect(error(entries)?.message.contains("'w'") == true)
    }

    @Test("huge shapes and doubled entries are refused")
    func contradictions() {
        #expect(error([("location", "data.bin")], dims: [1 << 37])?.code == .malformedFile)
        #expect(error([("location", "data.bin")], dims: [1 << 60])?.code == .invalidModel)
        #expect(error([("location", "data.bin"), ("location", "data.bin")])?.code == .malformedFile)
    }
}
