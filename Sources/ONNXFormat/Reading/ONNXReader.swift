import COnnx
import Files
import ModelGraph
import Tensors

/// Reads ONNX model files into graphs.
package enum ONNXReader {
    /// Reads a model file, and the external data beside it.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile`, `.invalidModel` or `.unsupported`, naming the file.
    package static func read(path: String) throws(HoneError) -> Graph {
        do throws(HoneError) {
            let file = try InputFile(path: path)
            try refuseForeignFormats(file.prefix(ForeignFormat.longestSignature))
            let message = try Message.parse(ONNX_MODEL, file)
            return try GraphReader(model: message.handle, folder: folder(ofPath: path)).graph()
        } catch {
            throw error.inFile(path)
        }
    }

    /// Reads a model from memory.
    ///
    /// - Parameter folder: where external data may lie; nil refuses external data.
    package static func read(bytes: UnsafeRawBufferPointer, folder: String?) throws(HoneError) -> Graph {
        try refuseForeignFormats(Array(bytes.prefix(ForeignFormat.longestSignature)))
        let message = try Message.parse(ONNX_MODEL, bytes)
        return try GraphReader(model: message.handle, folder: folder).graph()
    }

    /// Reads a model from memory.
    package static func read(bytes: [UInt8], folder: String?) throws(HoneError) -> Graph {
        // `Result` carries the typed error out of the closure.
        let result: Result<Graph, HoneError> = bytes.withUnsafeBytes { buffer in
            do throws(HoneError) {
                return .success(try read(bytes: buffer, folder: folder))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private static func refuseForeignFormats(_ start: [UInt8]) throws(HoneError) {
        for format in ForeignFormat.all where start.starts(with: format.signature) {
            throw HoneError(.malformedFile, "this is \(format.name), not an ONNX model", remedy: format.remedy)
        }
    }
}

/// A kind of file that is often given where a model is expected.
private struct ForeignFormat {
    let signature: [UInt8]
    let name: String
    let remedy: String?

    init(_ signature: [UInt8], _ name: String, remedy: String? = nil) {
        self.signature = signature
        self.name = name
        self.remedy = remedy
    }

    static let longestSignature = 32
    static let all = [
        ForeignFormat(
            Array("version https://git-lfs".utf8), "a Git LFS pointer", remedy: "fetch the file with 'git lfs pull'"),
        ForeignFormat(Array("PK\u{3}\u{4}".utf8), "a zip archive", remedy: "unpack it, or export the model to ONNX"),
        ForeignFormat([0x1F, 0x8B], "a gzip archive", remedy: "unpack it"),
        ForeignFormat([0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        ForeignFormat([0xFF, 0xD8, 0xFF], "a JPEG image"),
        ForeignFormat([0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59], "a numpy array"),
        ForeignFormat([0x89, 0x48, 0x44, 0x46], "an HDF5 file", remedy: "export the model to ONNX"),
    ]
}
