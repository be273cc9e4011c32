import Tensors

/// The arrays of a `.npz` archive, as `numpy.savez` and `numpy.savez_compressed` write it.
package struct NumPyArchive: Sendable {
    /// The file, for errors.
    package let path: String
    private let members: [String: ZipMember]

    /// Reads the archive's directory.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile` or `.unsupported`, naming the file.
    package static func open(path: String) throws(HoneError) -> NumPyArchive {
        do throws(HoneError) {
            let file = try FileRegion(path: path)
            var members: [String: ZipMember] = [:]
            for member in try ZipDirectory.read(file).members where member.name.hasSuffix(".npy") {
                let name = String(member.name.dropLast(4))
                guard members.updateValue(member, forKey: name) == nil else {
                    throw HoneError(.malformedFile, "holds two arrays called '\(name)'")
                }
            }
            guard !members.isEmpty else { throw HoneError(.invalidInput, "holds no arrays") }
            return NumPyArchive(path: path, members: members)
        } catch {
            throw error.inFile(path)
        }
    }

    /// The names of the arrays, sorted.
    package var names: [String] { members.keys.sorted() }

    /// Opens one array; only its header is read.
    ///
    /// - Throws: `.invalidInput` if there is no such array, `.malformedFile` or `.unsupported`, naming the file.
    package func array(_ name: String) throws(HoneError) -> NumPyArray {
        guard let member = members[name] else {
            throw HoneError(
                .invalidInput, "holds no array '\(name)'; it holds \(names.joined(separator: ", "))", file: path)
        }
        do throws(HoneError) {
            let contents = try ZipDirectory.contents(of: member, path: path)
            guard member.isDeflated else {
                guard member.size == member.compressedSize else {
                    throw HoneError(.malformedFile, "array '\(name)' is stored with two different sizes")
                }
                return try NumPyArray(contents, path: path)
            }
            // Deflate makes at most 258 bytes of 2 bits; a member that claims more is a bomb or damaged.
            guard member.size <= member.compressedSize * 1032 + 1024 else {
                throw HoneError(
                    .malformedFile,
                    "array '\(name)' claims that \(member.compressedSize) bytes inflate to \(member.size)")
            }
            return try NumPyArray(
                InflatedRegion(contents, size: member.size, checksum: member.checksum), path: path)
        } catch {
            throw error.inFile(path)
        }
    }
}
