import Foundation
import Tensors
import Testing

@testable import Datasets

@Suite struct NumPyArchiveTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    private func open(_ bytes: [UInt8]) throws -> NumPyArchive {
        try NumPyArchive.open(path: folder.write("arrays.npz", bytes))
    }

    @Test func readsStoredMembers() throws {
        let archive = try open(Fixtures.storedNPZ)
        #expect(archive.names == ["x", "y"])
        let x = try archive.array("x")
        #expect(try x.rows(1..<3) == Tensor((6..<18).map { Float($0) }, shape: [2, 3, 2]))
        #expect(try archive.array("y").whole() == Tensor([Int64(1), 0, 2, 1]))
        #expect(honeError { _ = try archive.array("z") }.message.contains("x, y"))
    }

    @Test func readsDeflatedMembersInAnyOrder() throws {
        let array = try open(Fixtures.deflatedNPZ).array("a")
        let rows = { (range: Range<Int>) in
            Tensor((range.lowerBound * 60..<range.upperBound * 60).map { Int32($0 / 100) }, shape: [range.count, 60])
        }
        for range in [0..<3, 3..<10, 900..<1000, 999..<1000, 0..<1, 5..<5, 500..<501] {
            #expect(try array.rows(range) == rows(range))
        }
        #expect(try array.whole() == rows(0..<1000))
    }

    @Test(arguments: [Fixtures.storedNPZ, Fixtures.deflatedNPZ])
    func everyTruncationIsAnError(_ whole: [UInt8]) throws {
        for count in stride(from: 0, to: whole.count, by: 7) {
            let error = honeError {
                let archive = try open(Array(whole[..<count]))
                for name in archive.names { _ = try archive.array(name).whole() }
            }
            #expect(error.file?.hasSuffix("arrays.npz") == true)
        }
    }

    @Test(arguments: [Fixtures.storedNPZ, Fixtures.deflatedNPZ])
    func noDamageTraps(_ whole: [UInt8]) throws {
        var unnoticed = 0
        for position in whole.indices {
            for flip: UInt8 in [0x01, 0x80, 0xFF] {
                var damaged = whole
                damaged[position] ^= flip
                do {
                    let archive = try open(damaged)
                    for name in archive.names { _ = try archive.array(name).whole() }
                    unnoticed += 1
                } catch is HoneError {}
            }
        }
        // Dates, the data of stored arrays and the like may change; sizes, offsets and deflated data may not.
        #expect(unnoticed < whole.count * 3)
    }

    @Test func aDamagedDeflateStreamIsNoticed() throws {
        var damaged = Fixtures.deflatedNPZ
        let middle = damaged.count / 2
        damaged[middle] ^= 0x10
        #expect(honeError { _ = try open(damaged).array("a").whole() }.code == .malformedFile)
    }

    @Test func readsSizesOfTheZip64Extension() throws {
        let array = npy("|u1", shape: "(3,)", [7, 8, 9])
        let archive = try open(zip(name: "a.npy", array, zip64: true))
        #expect(try archive.array("a").whole() == Tensor([UInt8(7), 8, 9]))
        #expect(try open(zip(name: "a.npy", array)).array("a").whole() == Tensor([UInt8(7), 8, 9]))
    }

    @Test func refusesBombsBeforeMemoryIsTaken() throws {
        let array = npy("|u1", shape: "(1, 1000000000000)", [7, 8, 9])
        let error = honeError { _ = try open(zip(name: "a.npy", array, method: 8, claimedSize: 1 << 40)).array("a") }
        #expect(error.code == .malformedFile)
        #expect(error.message.contains("inflate to"))
    }

    @Test func refusesOtherMethodsByName() throws {
        let error = honeError { _ = try open(zip(name: "a.npy", [1], method: 12)) }
        #expect(error.code == .unsupported && error.message.contains("method 12"))
    }

    @Test func refusesArchivesWithoutArrays() throws {
        #expect(honeError { _ = try open(zip(name: "readme.txt", [1])) }.message.contains("no arrays"))
    }

    /// A zip archive with one member that is stored as it is, whatever it claims.
    private func zip(
        name: String, _ contents: [UInt8], method: UInt16 = 0, claimedSize: Int? = nil, zip64: Bool = false
    ) -> [UInt8] {
        let needsExtra = zip64 || claimedSize != nil
        let size = UInt64(claimedSize ?? contents.count)
        var archive = bytes([UInt32(0x0403_4B50)]) + bytes([UInt16(20), 0, method, 0, 0])
        archive += bytes([UInt32(0), UInt32(contents.count), UInt32(contents.count)])
        archive += bytes([UInt16(name.utf8.count), 0]) + Array(name.utf8) + contents
        let directoryOffset = archive.count
        var extra: [UInt8] = []
        if needsExtra { extra = bytes([UInt16(1), 24]) + bytes([size, UInt64(contents.count), 0]) }
        archive += bytes([UInt32(0x0201_4B50)]) + bytes([UInt16(45), 45, 0, method, 0, 0]) + bytes([UInt32(0)])
        let small = { (value: Int) in needsExtra ? UInt32.max : UInt32(value) }
        archive += bytes([small(contents.count), small(contents.count)])
        archive += bytes([UInt16(name.utf8.count), UInt16(extra.count), 0, 0, 0]) + bytes([UInt32(0), small(0)])
        archive += Array(name.utf8) + extra
        let directoryLength = archive.count - directoryOffset
        if zip64 {
            let end = archive.count
            archive += bytes([UInt32(0x0606_4B50)]) + bytes([UInt64(44)]) + bytes([UInt16(45), 45])
            archive += bytes([UInt32(0), 0]) + bytes([UInt64(1), 1, UInt64(directoryLength), UInt64(directoryOffset)])
            archive += bytes([UInt32(0x0706_4B50), 0]) + bytes([UInt64(end)]) + bytes([UInt32(1)])
            archive += bytes([UInt32(0x0605_4B50)]) + bytes([UInt16(0), 0, .max, .max]) + bytes([UInt32.max, .max])
        } else {
            archive += bytes([UInt32(0x0605_4B50)]) + bytes([UInt16(0), 0, 1, 1])
            archive += bytes([UInt32(directoryLength), UInt32(directoryOffset)])
        }
        return archive + bytes([UInt16(0)])
    }
}
