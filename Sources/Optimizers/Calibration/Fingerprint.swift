import ModelGraph
import Tensors

/// A 64-bit hash of bytes by which records name models and samples (FNV-1a, eight bytes at a time). It guards against
/// mistakes, not against forgery.
package struct Fingerprint: Sendable {
    /// The hash of what was added so far.
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    package mutating func add(_ word: UInt64) {
        value = (value ^ word) &* 0x0000_0100_0000_01b3
        // A product carries upwards alone; the rest of a word must reach the low bits too.
        value ^= value >> 29
    }

    /// Adds bytes with their number, so that boundaries count.
    package mutating func add(_ bytes: UnsafeRawBufferPointer) {
        add(UInt64(bytes.count))
        let whole = bytes.count & ~7
        for offset in stride(from: 0, to: whole, by: 8) {
            add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
        }
        add(bytes[whole...].reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    package mutating func add(_ text: String) {
        var text = text
        text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
    }

    package mutating func add(_ texts: [String]) {
        add(UInt64(texts.count))
        for text in texts { add(text) }
    }
}

extension Graph {
    /// A hash of the graph's nodes and constants: equal graphs have equal ones.
    package var fingerprint: UInt64 {
        var hash = Fingerprint()
        for node in nodes {
            hash.add([node.domain, node.operatorType])
            hash.add(node.inputs)
            hash.add(node.outputs)
            for (name, value) in node.attributes.sorted(by: { $0.key < $1.key }) { hash.add([name, "\(value)"]) }
        }
        for (name, tensor) in initializers.sorted(by: { $0.key < $1.key }) {
            hash.add([name, "\(tensor.type)"])
            tensor.withUnsafeBytes { hash.add($0) }
        }
        return hash.value
    }
}

/// The fingerprint of each sample of a batch, over all inputs.
///
/// An input whose first dimension is not the batch's counts whole for each sample.
package func fingerprints(ofSamplesIn feed: [String: Tensor]) -> [UInt64] {
    let count = feed.values.compactMap { $0.shape.first }.max() ?? 1
    var hashes = [Fingerprint](repeating: Fingerprint(), count: count)
    for (name, tensor) in feed.sorted(by: { $0.key < $1.key }) {
        let isBatched = tensor.shape.first == count
        tensor.withUnsafeBytes { bytes in
            let size = isBatched && count > 0 ? bytes.count / count : bytes.count
            for sample in hashes.indices {
                let start = isBatched ? sample * size : 0
                hashes[sample].add([name, "\(tensor.elementType)"])
                hashes[sample].add(UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)]))
            }
        }
    }
    return hashes.map(\.value)
}
