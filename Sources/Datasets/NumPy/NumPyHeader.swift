import Tensors

/// The header of a `.npy` file: what the elements are, how many, and where they start.
///
/// Source: "NPY format", NumPy enhancement proposal 1 and `numpy/lib/format.py`'s documentation, versions 1.0 to 3.0.
struct NumPyHeader: Equatable {
    let elementType: ElementType
    let shape: [Int]
    let isFortranOrder: Bool
    /// Where the elements start, in bytes from the start of the file.
    let dataOffset: Int

    /// The bytes that a reader needs at least, before it knows how long the header is.
    static let prefixByteCount = 12
    /// A header longer than this describes no array of numbers.
    private static let maximumByteCount = 1 << 16

    /// Bytes from the start of the file to the end of the header.
    ///
    /// - Parameter prefix: at least the first 12 bytes, or the whole file if it is shorter.
    static func byteCount(prefix: [UInt8]) throws(HoneError) -> Int {
        guard prefix.count >= 10, prefix[0] == 0x93, prefix[1...5].elementsEqual("NUMPY".utf8) else {
            throw HoneError(.malformedFile, "is not a .npy file: it does not begin with \\x93NUMPY")
        }
        let length: Int
        switch prefix[6] {
        case 1: length = 10 + Int(prefix[8]) + Int(prefix[9]) << 8
        case 2, 3:
            guard prefix.count >= 12 else { throw HoneError(.malformedFile, "ends inside the .npy header") }
            length = 12 + Int(prefix[8]) + Int(prefix[9]) << 8 + Int(prefix[10]) << 16 + Int(prefix[11]) << 24
        default: throw HoneError(.unsupported, ".npy format \(prefix[6]) is not supported; supported are 1 to 3")
        }
        guard length <= maximumByteCount else {
            throw HoneError(.malformedFile, "the .npy header claims \(length) bytes")
        }
        return length
    }

    /// Reads the whole header.
    ///
    /// - Parameter bytes: exactly `byteCount(prefix:)` bytes.
    init(_ bytes: [UInt8]) throws(HoneError) {
        let start = bytes[6] == 1 ? 10 : 12
        var parser = LiteralParser(bytes[start...])
        try parser.expect("{")
        var descriptor: String?
        var fortranOrder: Bool?
        var shape: [Int]?
        while !parser.take("}") {
            let key = try parser.string()
            try parser.expect(":")
            switch key {
            case "descr": descriptor = try parser.string()
            case "fortran_order": fortranOrder = try parser.bool()
            case "shape": shape = try parser.tuple()
            default: throw HoneError(.malformedFile, "the .npy header has an unknown key '\(key)'")
            }
            _ = parser.take(",")
        }
        guard let descriptor, let fortranOrder, let shape else {
            throw HoneError(.malformedFile, "the .npy header lacks one of descr, fortran_order, shape")
        }
        elementType = try NumPyHeader.elementType(descriptor)
        _ = try TensorType.validated(elementType, shape)
        self.shape = shape
        isFortranOrder = fortranOrder
        dataOffset = bytes.count
    }

    private static let elementTypes: [(descriptor: String, type: ElementType)] = [
        ("|u1", .uint8), ("|i1", .int8), ("|b1", .bool), ("<u2", .uint16), ("<i2", .int16), ("<u4", .uint32),
        ("<i4", .int32), ("<u8", .uint64), ("<i8", .int64), ("<f2", .float16), ("<f4", .float32), ("<f8", .float64),
    ]

    private static func elementType(_ descriptor: String) throws(HoneError) -> ElementType {
        // One-byte types have no byte order, and some writers give one all the same.
        let plain = ["u1", "i1", "b1"].contains(descriptor.dropFirst()) ? "|" + descriptor.dropFirst() : descriptor
        guard let known = elementTypes.first(where: { $0.descriptor == plain }) else {
            let supported = elementTypes.map(\.descriptor).joined(separator: ", ")
            throw HoneError(
                .unsupported, "the elements are '\(descriptor)'; supported are \(supported)",
                remedy: "convert with numpy's astype")
        }
        return known.type
    }

    /// The bytes of a format 1.0 header for a packed row-major array; bfloat16 has no NumPy type.
    static func serialized(_ type: TensorType) -> [UInt8] {
        guard let known = elementTypes.first(where: { $0.type == type.elementType }) else {
            preconditionFailure("\(type.elementType) has no NumPy type")
        }
        let sizes = type.shape.map { "\($0)," }.joined(separator: " ")
        var text = "{'descr': '\(known.descriptor)', 'fortran_order': False, 'shape': (\(sizes)), }"
        // The elements start at a multiple of 64 bytes; the last character of the header is a line end.
        let unpadded = 10 + text.utf8.count + 1
        text += String(repeating: " ", count: (64 - unpadded % 64) % 64) + "\n"
        let length = text.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 0xFF), UInt8(length >> 8)] + Array(text.utf8)
    }
}

/// Reads the Python literals that a `.npy` header is made of.
private struct LiteralParser {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    private mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || $0 == 0x0A || $0 == 0x09 } }

    mutating func take(_ character: Character) -> Bool {
        skipSpace()
        guard let first = rest.first, Character(UnicodeScalar(first)) == character else { return false }
        rest.removeFirst()
        return true
    }

    mutating func expect(_ character: Character) throws(HoneError) {
        guard take(character) else {
            throw HoneError(.malformedFile, "the .npy header has no '\(character)' where one must be")
        }
    }

    mutating func string() throws(HoneError) -> String {
        let quote: Character = take("'") ? "'" : "\""
        if quote == "\"" { try expect("\"") }
        guard let end = rest.firstIndex(where: { Character(UnicodeScalar($0)) == quote }) else {
            throw HoneError(.malformedFile, "the .npy header has a string without an end")
        }
        defer { rest = rest[(end + 1)...] }
        return String(decoding: rest[..<end], as: UTF8.self)
    }

    mutating func bool() throws(HoneError) -> Bool {
        skipSpace()
        for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
            rest = rest.dropFirst(word.utf8.count)
            return value
        }
        throw HoneError(.malformedFile, "the .npy header has neither True nor False for fortran_order")
    }

    mutating func tuple() throws(HoneError) -> [Int] {
        try expect("(")
        var numbers: [Int] = []
        while !take(")") {
            skipSpace()
            let digits = rest.prefix { $0 >= 0x30 && $0 <= 0x39 }
            guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
                throw HoneError(.malformedFile, "the .npy header has a shape that is no tuple of sizes")
            }
            rest = rest.dropFirst(digits.count)
            numbers.append(number)
            if !take(",") {
                try expect(")")
                return numbers
            }
        }
        return numbers
    }
}
