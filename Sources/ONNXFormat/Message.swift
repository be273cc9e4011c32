import COnnx
import Files
import Tensors

/// A protobuf message that Swift owns; handles of its parts live as long as it does.
struct Message: ~Copyable {
    let handle: OpaquePointer

    private init(handle: OpaquePointer) { self.handle = handle }

    deinit { onnx_free(handle) }

    /// Protobuf counts bytes in 32 signed bits.
    static let maximumByteCount = Int(Int32.max)

    static func parse(_ kind: onnx_kind, _ bytes: UnsafeRawBufferPointer) throws(HoneError) -> Message {
        try checkSize(bytes.count)
        var status = ONNX_OK
        let parsed = onnx_parse(kind, onnx_bytes(bytes), &status)
        return try owned(parsed, kind, status)
    }

    static func parse(_ kind: onnx_kind, _ file: borrowing InputFile) throws(HoneError) -> Message {
        try checkSize(file.size)
        var status = ONNX_OK
        let parsed = onnx_parse_file(kind, file.descriptor, &status)
        return try owned(parsed, kind, status)
    }

    /// Parses bytes that Hone itself made, such as a node's envelope.
    static func parse(_ kind: onnx_kind, envelope: [UInt8]) throws(HoneError) -> Message {
        var status = ONNX_OK
        let parsed = envelope.withUnsafeBytes { onnx_parse(kind, onnx_bytes($0), &status) }
        return try owned(parsed, kind, status)
    }

    private static func checkSize(_ byteCount: Int) throws(HoneError) {
        guard byteCount > 0 else {
            throw HoneError(.malformedFile, "the file is empty", remedy: "export or download it again")
        }
        guard byteCount <= maximumByteCount else {
            throw HoneError(
                .malformedFile, "\(byteCount) bytes are more than the \(maximumByteCount) that protobuf can hold",
                remedy: "store the tensors as external data")
        }
    }

    private static func owned(
        _ handle: OpaquePointer?, _ kind: onnx_kind, _ status: onnx_status
    ) throws(HoneError) -> Message {
        if let handle { return Message(handle: handle) }
        if status == ONNX_OUT_OF_MEMORY { throw HoneError(.outOfMemory, "there is no memory to read the file") }
        throw HoneError(
            .malformedFile, "this is no \(kind == ONNX_TENSOR ? "ONNX tensor" : "ONNX model"), or it is truncated",
            remedy: "export or download it again")
    }
}

/// The serialized bytes of a message or a part of one.
func serialized(_ message: OpaquePointer) throws(HoneError) -> [UInt8] {
    let size = onnx_serialized_size(message)
    if size == 0 { return [] }
    try checkSerializedSize(size)
    var isWritten = false
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
        isWritten = onnx_serialize(message, buffer.baseAddress, size)
        count = isWritten ? size : 0
    }
    try expectMemory(isWritten)
    return bytes
}

/// Refuses what protobuf cannot write.
func checkSerializedSize(_ size: Int) throws(HoneError) {
    guard size <= Message.maximumByteCount else {
        throw HoneError(.unsupported, "the model is \(size) bytes without its tensors; a file may have 2 GiB")
    }
}

/// Turns the answer of a function that allocates into an error.
func expectMemory(_ succeeded: Bool) throws(HoneError) {
    guard succeeded else { throw HoneError(.outOfMemory, "there is no memory for a part of the model") }
}

extension onnx_bytes {
    init(_ bytes: UnsafeRawBufferPointer) {
        self.init(data: bytes.baseAddress?.assumingMemoryBound(to: CChar.self), size: bytes.count)
    }

    private var buffer: UnsafeBufferPointer<UInt8> {
        let raw = UnsafeRawBufferPointer(start: data, count: size)
        return raw.assumingMemoryBound(to: UInt8.self)
    }

    /// The text, nil if it is not UTF-8.
    var validText: String? { size == 0 ? "" : String(validating: buffer, as: UTF8.self) }

    /// The text of a field that must be UTF-8.
    ///
    /// - Throws: `.malformedFile` naming the field: repairing it could make two names one.
    func text(_ field: String) throws(HoneError) -> String {
        guard let text = validText else { throw HoneError(.malformedFile, "\(field) is not UTF-8 text") }
        return text
    }
}

extension String {
    /// Lends the text to a C function.
    func lent<Result>(_ body: (onnx_bytes) -> Result) -> Result {
        var copy = self
        return copy.withUTF8 { body(onnx_bytes(UnsafeRawBufferPointer($0))) }
    }
}
