import Lowering
import Tensors
import Testing

@Suite struct AlignedArrayTests {
    @Test func elementsStartAtACacheLine() throws {
        let bytes = try AlignedArray<UInt8>([1, 2, 3], for: "a test")
        #expect(UInt(bitPattern: bytes.address) % 64 == 0)
        #expect((0..<bytes.count).map { bytes.address[$0] } == [1, 2, 3])
        let zeros = try AlignedArray<Float>(zeros: 100, for: "a test")
        #expect((0..<zeros.count).allSatisfy { zeros.address[$0].bitPattern == 0 })
    }

    /// A file's dimensions may ask for more than there is, or than a number of bytes says: an error, not the end.
    @Test(arguments: [1 << 50, Int.max / 8, Int.max]) func memoryThatIsRefusedIsAnError(count: Int) {
        let error = #expect(throws: HoneError.self) { try AlignedArray<Int64>(room: count, for: "a list") }
        #expect(error?.code == .outOfMemory)
        #expect(throws: HoneError.self) { try AlignedArray<Int64>(zeros: count, for: "a list") }
    }

    @Test func noElementsTakeAnAddressAllTheSame() throws {
        #expect(try AlignedArray<Int32>([], for: "a test").count == 0)
    }
}
