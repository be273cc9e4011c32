import Tensors
import Testing

@testable import Datasets

@Suite struct NumPyFileTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    private func open(_ bytes: [UInt8]) throws -> NumPyArray {
        try NumPyFile.open(path: folder.write("array.npy", bytes))
    }

    @Test(arguments: [
        ("|u1", bytes([UInt8(0), 200]), ElementType.uint8, [Float(0), 200]),
        ("|i1", bytes([Int8(-128), 5]), .int8, [-128, 5]),
        ("|b1", [0, 7], .bool, [0, 1]),
        ("<i2", bytes([Int16(-300), 5]), .int16, [-300, 5]),
        ("<u2", bytes([UInt16(60_000), 5]), .uint16, [60_000, 5]),
        ("<i4", bytes([Int32(-70_000), 5]), .int32, [-70_000, 5]),
        ("<u4", bytes([UInt32(70_000), 5]), .uint32, [70_000, 5]),
        ("<i8", bytes([Int64(-1 << 40), 5]), .int64, [-1_099_511_627_776, 5]),
        ("<u8", bytes([UInt64(1 << 40), 5]), .uint64, [1_099_511_627_776, 5]),
        ("<f2", bytes([Float16(1.5), -2]), .float16, [1.5, -2]),
        ("<f4", bytes([Float(1.25), -2]), .float32, [1.25, -2]),
        ("<f8", bytes([1.125, -2]), .float64, [1.125, -2]),
    ])
    func readsEachElementType(_ descr: String, _ data: [UInt8], _ type: ElementType, _ values: [Float]) throws {
        let array = try open(npy(descr, shape: "(2,)", data))
        #expect(array.type == TensorType(type, [2]))
        #expect(try array.whole().floats() == values)
        #expect(try array.rows(1..<2).floats() == [values[1]])
    }

    @Test(arguments: [UInt8(1), 2, 3])
    func readsEachVersion(_ version: UInt8) throws {
        let header = "{'shape': (3L, 2), \"descr\": '<i2', 'fortran_order': False}"
        let array = try open(npy(header, bytes([Int16(1), 2, 3, 4, 5, 6]), version: version))
        #expect(try array.rows(1..<3) == Tensor([Int16(3), 4, 5, 6], shape: [2, 2]))
    }

    @Test func readsScalarsAndEmptyArrays() throws {
        #expect(try open(npy("<f4", shape: "()", bytes([Float(2)]))).whole() == Tensor(scalar: Float(2)))
        let empty = try open(npy("<f4", shape: "(0, 4611686018427387904, 4611686018427387904)", []))
        #expect(empty.type.elementCount == 0)
        #expect(
            honeError { _ = try open(npy("<f4", shape: "()", bytes([Float(2)]))).rows(0..<1) }.code == .invalidInput)
    }

    @Test(arguments: [
        ("(1000000000000,)", "larger than"), ("(4294967296, 4294967296)", "larger than"),
        ("(9223372036854775807, 9223372036854775807, 8)", "larger than"), ("(99999999999999999999,)", "dictionary"),
        ("(-2,)", "no count"), ("(3,)", "follow the header"), ("(1,)", "follow the header"), ("2", "no shape"),
        ("((2,),)", "no count"), ("(2", "dictionary"), ("(True,)", "no count"), ("(2,) 7", "dictionary"),
    ])
    func refusesHostileShapes(_ shape: String, _ message: String) throws {
        let error = honeError { _ = try open(npy("<f4", shape: shape, bytes([Float(1), 2]))) }
        #expect(error.code == .malformedFile)
        #expect(error.message.contains(message), "\(error)")
        #expect(error.file?.hasSuffix("array.npy") == true)
    }

    @Test(arguments: [
        ("'>f4'", "big-endian"), ("'<c8'", "'<c8'"), ("'<U5'", "'<U5'"), ("'|O'", "'|O'"), ("'|f4'", "'|f4'"),
        ("''", "''"), ("[('a', '<f4')]", "records"),
    ])
    func refusesOtherElementsByName(_ descr: String, _ message: String) throws {
        let header = "{'descr': \(descr), 'fortran_order': False, 'shape': (1,)}"
        let error = honeError { _ = try open(npy(header, bytes([Float(1)]))) }
        #expect(error.code == .unsupported)
        #expect(error.message.contains(message), "\(error)")
    }

    @Test func refusesFortranOrderOfMatrices() throws {
        let header = { (shape: String) in "{'descr': '|u1', 'fortran_order': True, 'shape': \(shape)}" }
        let error = honeError { _ = try open(npy(header("(2, 2)"), [1, 2, 3, 4])) }
        #expect(error.code == .unsupported && error.remedy?.contains("ascontiguousarray") == true)
        #expect(try open(npy(header("(4,)"), [1, 2, 3, 4])).whole() == Tensor([UInt8(1), 2, 3, 4]))
    }

    @Test func refusesDamagedHeaders() throws {
        let header = "{'descr': '|u1', 'fortran_order': False, 'shape': (1,)}"
        for damaged in [
            npy(header, [1], claimedLength: 5000), npy(header, [1], version: 2, claimedLength: 1 << 31),
            npy("{'descr': '|u1', 'shape': (1,)}", [1]), npy(header + "x", [1]), npy("", [1]),
            npy(String(header.dropLast()) + ", 'more': 1}", [1]), [1, 2, 3], [],
            npy("{'descr': '|u1', 'descr': '|u1', 'fortran_order': False, 'shape': (1,)}", [1]),
            npy(String(repeating: "(", count: 60_000), [1]),
        ] {
            #expect(honeError { _ = try open(damaged) }.code == .malformedFile)
        }
        #expect(honeError { _ = try open(npy(header, [1], version: 9)) }.code == .unsupported)
    }

    @Test func everyTruncationIsAnError() throws {
        let whole = npy("<f4", shape: "(2,)", bytes([Float(1), 2]))
        for count in whole.indices {
            let error = honeError { _ = try open(Array(whole[..<count])) }
            #expect(error.code == .malformedFile, "\(count) bytes: \(error)")
        }
    }

    @Test func aFileThatShrinksIsAnError() throws {
        let whole = npy("<f4", shape: "(2,)", bytes([Float(1), 2]))
        let path = try folder.write("shrinking.npy", whole)
        let array = try NumPyFile.open(path: path)
        #expect(truncatedInPlace(path, to: whole.count - 4))
        #expect(honeError { _ = try array.whole() }.file == path)
    }

    @Test func refusesFoldersAndMissingFiles() {
        #expect(honeError { _ = try NumPyFile.open(path: folder.path) }.code == .fileAccess)
        #expect(honeError { _ = try NumPyFile.open(path: folder.path + "/none.npy") }.code == .fileAccess)
    }

    @Test func writesWhatItReads() throws {
        let tensors = [
            Tensor([Float(1), -2, .infinity, 4, 5, 6], shape: [3, 2]), Tensor([Float16(1), 2]),
            Tensor([Int64(-1), 2, 3], shape: [1, 3, 1]), Tensor(scalar: Int8(-5)), Tensor([true, false]),
            Tensor([Double](), shape: [0, 7]),
        ]
        for tensor in tensors {
            let path = folder.path + "/written.npy"
            try NumPyFile.write(tensor, to: path)
            #expect(try NumPyFile.open(path: path).whole() == tensor)
        }
        #expect(folder.contents == ["written.npy"])
    }

    @Test func writesBFloat16AsFloat32AndPadsTheHeader() throws {
        let path = folder.path + "/b.npy"
        try NumPyFile.write(Tensor([BFloat16(1.5), BFloat16(-3)]), to: path)
        let array = try NumPyFile.open(path: path)
        #expect(try array.whole() == Tensor([Float(1.5), -3]))
        let file = try FileRegion(path: path)
        #expect((file.size - 8) % 64 == 0)
    }

    @Test func writingIntoAMissingFolderIsAnError() {
        let path = folder.path + "/none/b.npy"
        #expect(honeError { try NumPyFile.write(Tensor([Float(1)]), to: path) }.code == .fileAccess)
    }
}
