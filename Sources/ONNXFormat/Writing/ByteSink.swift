import Tensors

/// Something that takes bytes in order.
protocol ByteSink: ~Copyable {
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(HoneError)
}

extension ByteSink where Self: ~Copyable {
    mutating func append(_ bytes: [UInt8]) throws(HoneError) {
        // Typed throws do not pass through `Array.withUnsafeBytes`.
        var failure: HoneError?
        bytes.withUnsafeBytes { buffer in
            do throws(HoneError) { try append(buffer) } catch { failure = error }
        }
        if let failure { throw failure }
    }
}

extension AtomicFile: ByteSink {}

extension [UInt8]: ByteSink {
    mutating func append(_ bytes: UnsafeRawBufferPointer) { append(contentsOf: bytes) }
}

/// The start of a length-delimited protobuf field: its key and the number of bytes that follow.
func fieldHeader(_ number: UInt8, byteCount: Int) -> [UInt8] {
    // Wire type 2; all fields written by hand have numbers below 16, so that the key is one byte.
    var header = [number << 3 | 2]
    var rest = UInt64(byteCount)
    while rest >= 0x80 {
        header.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
    }
    header.append(UInt8(rest))
    return header
}
