import ModelGraph
import ONNXFormat
import Tensors
import TestSupport
import Testing

/// The error of reading bytes; nil if they are a model.
func readingError(_ bytes: [UInt8], folder: String? = nil) -> HoneError? {
    do throws(HoneError) {
        _ = try ONNXReader.read(bytes: bytes, folder: folder)
        return nil
    } catch {
        return error
    }
}

@Suite("Malformed model files")
struct MalformedFileTests {
    @Test("a model cut anywhere is an error or a smaller model, and never a crash")
    func truncation() throws {
        var models = [try ONNXWriter.serialize(exampleGraph())]
        for path in ModelFiles.paths { models.append(try ONNXWriter.serialize(ONNXReader.read(path: path))) }
        for model in models {
            for part in 0..<64 {
                let cut = Array(model.prefix(model.count * part / 64))
                // The graph is the last field and its length is known, so that no prefix is whole.
                #expect(readingError(cut) != nil, "cut to \(cut.count) of \(model.count) bytes")
            }
        }
    }

    @Test("flipped bits give a graph or an error")
    func bitFlips() throws {
        let model = try ONNXWriter.serialize(exampleGraph())
        let seed: UInt64 = 20_240_601
        var generator = SeededGenerator(seed: seed)
        var errors = 0
        for _ in 0..<8000 {
            var bytes = model
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0...7, using: &generator)
            }
            do throws(HoneError) {
                // What was read must also be writable.
                _ = try ONNXWriter.serialize(try ONNXReader.read(bytes: bytes, folder: nil))
            } catch {
                #expect(!error.description.contains("\n"))
                errors += 1
            }
        }
        #expect(errors > 1000, "seed \(seed): only \(errors) of 8000 flips were noticed")
    }

    @Test("files of other kinds are refused in one line")
    func otherFiles() {
        let files: [(String, [UInt8])] = [
            ("empty", []), ("text", Array("Hello, world.\nThis is text.\n".utf8)),
            ("png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]), ("zip", Array("PK\u{3}\u{4}....".utf8)),
            ("lfs", Array("version https://git-lfs.github.com/spec/v1\noid sha256:0\n".utf8)),
            ("no graph", Wire().number(1, 8).bytes), ("zeros", [UInt8](repeating: 0, count: 100)),
        ]
        for (name, bytes) in files {
            let error = readingError(bytes)
            #expect(error?.code == .malformedFile, "\(name)")
            #expect(error?.description.contains("\n") == false, "\(name)")
        }
    }

    @Test("messages nested without end are refused")
    func nesting() {
        var graph = Wire()
        for _ in 0..<2000 {
            let attribute = Wire().text(1, "body").message(6, graph).number(20, 5)
            graph = Wire().message(1, Wire.node("If", [], []).message(5, attribute))
        }
        #expect(readingError(Wire.model(graph))?.code == .malformedFile)
    }

    @Test("versions outside what is supported are named")
    func versions() {
        #expect(readingError(Wire.model(Wire().text(2, "g"), irVersion: 2))?.code == .unsupported)
        for version: Int64 in [6, 26, -1, .max] {
            let error = readingError(Wire.model(Wire(), opsets: [("", version)]))
            #expect(error?.code == .unsupported)
            #expect(error?.message.contains("\(version)") == true)
        }
        #expect(readingError(Wire.model(Wire(), opsets: [("", 13), ("ai.onnx", 13)]))?.code == .invalidModel)
        #expect(readingError(Wire.model(Wire(), opsets: [("com.example", 1)])) == nil)
    }

    @Test(
        "values without one producer are refused",
        arguments: [
            // Twice an initializer, unnamed, twice an input, twice an output, an input that nothing makes, an output, a cycle.
            Wire().message(5, Wire.tensor("a", dims: [0])).message(5, Wire.tensor("a", dims: [0])),
            Wire().message(5, Wire.tensor("", dims: [0])),
            Wire().message(11, Wire.value("a", dims: [1])).message(11, Wire.value("a", dims: [1])),
            Wire().message(1, Wire.node("Constant", [], ["a"])).message(1, Wire.node("Constant", [], ["a"])),
            Wire().message(5, Wire.tensor("a", dims: [0])).message(1, Wire.node("Constant", [], ["a"])),
            Wire().message(1, Wire.node("Relu", ["nothing"], ["a"])),
            Wire().message(12, Wire.value("nothing", dims: [1])),
            Wire().message(1, Wire.node("Relu", ["b"], ["a"])).message(1, Wire.node("Relu", ["a"], ["b"])),
            Wire().message(1, Wire.node("Relu", ["a"], ["a"])),
            Wire().message(1, Wire.node("", [], ["a"])),
        ])
    func producers(graph: Wire) {
        #expect(readingError(Wire.model(graph))?.code == .invalidModel)
    }

    @Test("nodes are put in order")
    func order() throws {
        let graph = Wire().message(11, Wire.value("x", dims: [1])).message(1, Wire.node("Relu", ["h"], ["y"]))
            .message(1, Wire.node("Abs", ["x"], ["h"]))
        let read = try ONNXReader.read(bytes: Wire.model(graph), folder: nil)
        #expect(read.nodes.map(\.operatorType) == ["Abs", "Relu"])
    }

    @Test("names that are not UTF-8 are refused")
    func names() {
        let broken: [UInt8] = [0x61, 0xFF]
        #expect(readingError(Wire.model(Wire().bytes(2, broken)))?.code == .malformedFile)
        let node = Wire().bytes(2, broken).text(4, "Constant")
        #expect(readingError(Wire.model(Wire().message(1, node)))?.code == .malformedFile)
    }

    @Test("types that Hone does not read are named")
    func refusedTypes() {
        let floats = Wire.model(Wire().message(11, Wire.value("x", type: 17, dims: [1])))
        #expect(readingError(floats)?.message.contains("float8e4m3fn") == true)
        let strings = Wire.model(Wire().message(5, Wire.tensor("names", type: 8, dims: [0])))
        #expect(readingError(strings)?.code == .unsupported)
        #expect(readingError(strings)?.message.contains("'names' has element type string") == true)
        let sequence = Wire().text(1, "x").message(2, Wire().message(4, Wire()))
        #expect(readingError(Wire.model(Wire().message(11, sequence)))?.message.contains("sequence") == true)
        let own = Wire.node("Relu", [], ["y"]).text(7, "hone")
        #expect(readingError(Wire.model(Wire().message(1, own)))?.code == .unsupported)
    }
}
