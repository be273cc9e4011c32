import COnnx
import Files
import Foundation
import Tensors

/// Where another file holds a tensor's bytes (`TensorProto.external_data`).
struct ExternalData {
    let label: String
    private(set) var location = ""
    private(set) var offset = 0
    private(set) var length: Int?

    init(of proto: OpaquePointer, label: String) throws(HoneError) {
        self.label = label
        var seen: Set<String> = []
        for index in 0..<onnx_tensor_external_count(proto) {
            let key = try onnx_tensor_external_key(proto, index).text("\(label): a key of its external data")
            let value = try onnx_tensor_external_value(proto, index).text("\(label): '\(key)' of its external data")
            guard seen.insert(key).inserted else {
                throw HoneError(.malformedFile, "\(label): '\(key)' of its external data is given twice")
            }
            switch key {
            case "location": location = value
            case "offset": offset = try Self.count(value, key, label)
            case "length": length = try Self.count(value, key, label)
            default: continue
            }
        }
    }

    private static func count(_ text: String, _ key: String, _ label: String) throws(HoneError) -> Int {
        guard let number = Int(text), number >= 0 else {
            throw HoneError(
                .malformedFile, "\(label): '\(key)' of its external data is '\(text)', not a count of bytes")
        }
        return number
    }

    /// Smaller tensors are read at once: a mapping takes whole pages.
    private static let smallestMapping = 1 << 16

    /// Gives a tensor of `type` the bytes, which are read from the file as they are needed unless they are few.
    ///
    /// - Throws: `.malformedFile` if the location leaves the folder or the range leaves the file.
    func read(_ type: TensorType, folder: String?) throws(HoneError) -> Tensor {
        guard let folder else {
            throw HoneError(
                .unsupported, "\(label) is stored in another file, '\(location)'", remedy: "read the model from a file")
        }
        if let length, length != type.byteCount {
            throw HoneError(
                .invalidModel, "\(label) has \(length) bytes of external data, but \(type) takes \(type.byteCount)")
        }
        let file = try InputFile(resolving: try path(in: folder), label: label, location: location)
        let (end, overflow) = offset.addingReportingOverflow(type.byteCount)
        guard !overflow, end <= file.size else {
            throw HoneError(
                .malformedFile,
                "\(label) takes \(type.byteCount) bytes at offset \(offset) of '\(location)', which has \(file.size)",
                remedy: "copy the data file again, whole")
        }
        // A sparse file has any size.
        try MemoryLimit.check(type.byteCount, for: "\(label) in '\(location)'")
        if type.byteCount >= ExternalData.smallestMapping,
            let mapping = FileMapping(file, at: offset, count: type.byteCount)
        {
            return Tensor(type, borrowing: mapping.bytes, from: mapping)
                ?? Tensor(type, filledBy: { $0.copyMemory(from: mapping.bytes) })
        }
        var tensor = Tensor(zeros: type)
        do throws(HoneError) {
            try tensor.withUnsafeMutableBytes { bytes throws(HoneError) in try file.read(at: offset, into: bytes) }
        } catch {
            throw HoneError(error.code, "\(label): external data file '\(location)' \(error.message)")
        }
        return tensor
    }

    /// The file that `location` means, which must lie inside `folder` also after symbolic links are followed.
    private func path(in folder: String) throws(HoneError) -> String {
        let components = location.split(separator: "/", omittingEmptySubsequences: false)
        guard !location.isEmpty, !location.hasPrefix("/"), !components.contains(".."), !location.utf8.contains(0) else {
            throw outside
        }
        guard let root = resolved(folder) else {
            throw HoneError(.fileAccess, "\(label): the model's folder '\(folder)' cannot be resolved")
        }
        guard let path = resolved("\(folder)/\(location)") else {
            throw HoneError(
                .fileAccess, "\(label): its external data file '\(location)' cannot be found in '\(folder)'",
                remedy: "put the data file where the model is")
        }
        guard path.hasPrefix(root == "/" ? "/" : "\(root)/") else { throw outside }
        return path
    }

    private var outside: HoneError {
        HoneError(
            .malformedFile, "\(label): external data at '\(location)' is not inside the model's folder",
            remedy: "do not trust this model, or move its data beside it")
    }

    private func resolved(_ path: String) -> String? {
        guard let pointer = realpath(path, nil) else { return nil }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}

extension InputFile {
    fileprivate init(resolving path: String, label: String, location: String) throws(HoneError) {
        do throws(HoneError) {
            try self.init(path: path)
        } catch {
            throw HoneError(error.code, "\(label): external data file '\(location)' \(error.message)")
        }
    }
}
