import Tensors

/// Something that takes bytes in order.
package protocol ByteSink: ~Copyable {
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(HoneError)
}

extension ByteSink where Self: ~Copyable {
    package mutating func append(_ bytes: [UInt8]) throws(HoneError) {
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
    package mutating func append(_ bytes: UnsafeRawBufferPointer) { append(contentsOf: bytes) }
}
