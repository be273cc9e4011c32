import Tensors

/// A member of a zip archive.
struct ZipMember: Equatable {
    let name: String
    let isDeflated: Bool
    let checksum: UInt32
    let compressedSize: Int
    let size: Int
    /// Where the member's local header starts.
    let headerOffset: Int
}

/// The central directory of a zip archive, with the 64-bit extension.
///
/// Source: PKWARE APPNOTE 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14 to 4.3.16 (ends),
/// 4.5.3 (64-bit sizes).
struct ZipDirectory {
    let members: [ZipMember]

    private static let endLength = 22
    private static let locatorLength = 20
    /// NumPy archives hold a few arrays; a directory of more bytes than this is a mistake or an attack.
    private static let maximumLength = 1 << 24

    static func read(_ file: FileRegion) throws(HoneError) -> ZipDirectory {
        let end = try findEnd(file)
        guard end.length <= maximumLength, end.offset <= file.size, end.length <= file.size - end.offset else {
            throw HoneError(.malformedFile, "the archive's directory lies outside the file")
        }
        var fields = ByteFields(try file.bytes(at: end.offset, count: end.length))
        var members: [ZipMember] = []
        while fields.remaining > 0 {
            guard members.count < end.entries else {
                throw HoneError(.malformedFile, "the archive's directory holds more than \(end.entries) members")
            }
            members.append(try readMember(&fields))
        }
        guard members.count == end.entries else {
            throw HoneError(
                .malformedFile, "the archive's directory holds \(members.count) members instead of \(end.entries)")
        }
        return ZipDirectory(members: members)
    }

    /// The member's bytes as they are stored.
    static func contents(of member: ZipMember, path: String) throws(HoneError) -> FileRegion {
        let header = try FileRegion(path: path).bytes(at: member.headerOffset, count: 30)
        var fields = ByteFields(header)
        guard try fields.number(4) == 0x0403_4B50 else {
            throw HoneError(.malformedFile, "member '\(member.name)' of the archive has no header")
        }
        fields = ByteFields(Array(header[26...]))
        let nameLength = try fields.number(2)
        let extraLength = try fields.number(2)
        return try FileRegion(
            path: path, start: member.headerOffset + 30 + nameLength + extraLength, size: member.compressedSize)
    }

    private static func findEnd(_ file: FileRegion) throws(HoneError) -> (entries: Int, offset: Int, length: Int) {
        // The end record is followed by a comment of at most 65,535 bytes.
        let tailLength = min(file.size, endLength + 0xFFFF)
        let tailStart = file.size - tailLength
        let tail = try file.bytes(at: tailStart, count: tailLength)
        var position = tailLength - endLength
        while position >= 0 {
            if tail[position...].starts(with: [0x50, 0x4B, 0x05, 0x06]),
                Int(tail[position + 20]) | Int(tail[position + 21]) << 8 == tailLength - endLength - position
            {
                break
            }
            position -= 1
        }
        guard position >= 0 else {
            throw HoneError(.malformedFile, "is no zip archive, or is cut off: it has no end of directory")
        }
        var fields = ByteFields(Array(tail[(position + 4)...]))
        let disks = (try fields.number(2), try fields.number(2))
        let entries = (try fields.number(2), try fields.number(2))
        let length = try fields.number(4)
        let offset = try fields.number(4)
        if entries.1 == 0xFFFF || length == 0xFFFF_FFFF || offset == 0xFFFF_FFFF {
            return try readEnd64(file, endOffset: tailStart + position)
        }
        guard disks == (0, 0), entries.0 == entries.1 else {
            throw HoneError(.unsupported, "the archive is spread over several files")
        }
        return (entries.1, offset, length)
    }

    private static func readEnd64(
        _ file: FileRegion, endOffset: Int
    ) throws(HoneError) -> (entries: Int, offset: Int, length: Int) {
        var locator = ByteFields(try file.bytes(at: endOffset - locatorLength, count: locatorLength))
        guard try locator.number(4) == 0x0706_4B50, try locator.number(4) == 0 else {
            throw HoneError(.malformedFile, "the archive has no 64-bit end of directory where one is announced")
        }
        var fields = ByteFields(try file.bytes(at: try locator.number(8), count: 56))
        guard try fields.number(4) == 0x0606_4B50 else {
            throw HoneError(.malformedFile, "the archive has no 64-bit end of directory where one is announced")
        }
        try fields.skip(8 + 2 + 2)
        let disks = (try fields.number(4), try fields.number(4))
        let entries = (try fields.number(8), try fields.number(8))
        let length = try fields.number(8)
        let offset = try fields.number(8)
        guard disks == (0, 0), entries.0 == entries.1 else {
            throw HoneError(.unsupported, "the archive is spread over several files")
        }
        return (entries.1, offset, length)
    }

    private static func readMember(_ fields: inout ByteFields) throws(HoneError) -> ZipMember {
        guard try fields.number(4) == 0x0201_4B50 else {
            throw HoneError(.malformedFile, "the archive's directory is damaged")
        }
        try fields.skip(4)
        let flags = try fields.number(2)
        let method = try fields.number(2)
        try fields.skip(4)
        let checksum = UInt32(try fields.number(4))
        var compressedSize = try fields.number(4)
        var size = try fields.number(4)
        let nameLength = try fields.number(2)
        let extraLength = try fields.number(2)
        let commentLength = try fields.number(2)
        try fields.skip(2 + 2 + 4)
        var headerOffset = try fields.number(4)
        let name = String(decoding: try fields.bytes(nameLength), as: UTF8.self)
        var extra = ByteFields(Array(try fields.bytes(extraLength)))
        try fields.skip(commentLength)
        while extra.remaining >= 4 {
            let identifier = try extra.number(2)
            var body = ByteFields(Array(try extra.bytes(try extra.number(2))))
            guard identifier == 1 else { continue }
            if size == 0xFFFF_FFFF { size = try body.number(8) }
            if compressedSize == 0xFFFF_FFFF { compressedSize = try body.number(8) }
            if headerOffset == 0xFFFF_FFFF { headerOffset = try body.number(8) }
        }
        guard flags & 1 == 0 else { throw HoneError(.unsupported, "member '\(name)' of the archive is encrypted") }
        guard method == 0 || method == 8 else {
            throw HoneError(
                .unsupported, "member '\(name)' of the archive is compressed by method \(method)",
                remedy: "write it with numpy.savez or numpy.savez_compressed")
        }
        return ZipMember(
            name: name, isDeflated: method == 8, checksum: checksum, compressedSize: compressedSize, size: size,
            headerOffset: headerOffset)
    }
}

/// Little-endian numbers, one after the other.
struct ByteFields {
    private let all: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { all = bytes }

    var remaining: Int { all.count - position }

    mutating func bytes(_ count: Int) throws(HoneError) -> ArraySlice<UInt8> {
        guard count <= remaining else { throw HoneError(.malformedFile, "the archive's directory is cut off") }
        defer { position += count }
        return all[position..<(position + count)]
    }

    mutating func skip(_ count: Int) throws(HoneError) { _ = try bytes(count) }

    /// An unsigned number of 2, 4 or 8 bytes, which has to stay below 2^60 so that sums of a few cannot overflow.
    mutating func number(_ count: Int) throws(HoneError) -> Int {
        let value = try bytes(count).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard value < 1 << 60 else { throw HoneError(.malformedFile, "the archive claims a size of \(value) bytes") }
        return Int(value)
    }
}
