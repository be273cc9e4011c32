import CPUBackend
import Testing

@Suite struct PeakTests {
    @Test(arguments: InstructionSet.available)
    func everySetHasIntegerAndFloatPeaks(isa: InstructionSet) throws {
        #expect(Peak.integerGops(isa: isa) > 0)
        #expect(try #require(Peak.gops(.float32, isa: isa)) > 0)
    }

    /// A loop that the compiler folded would seem to be faster than any processor: 2 x 8 x 512 bits in each of 6e9 cycles.
    @Test(arguments: InstructionSet.available)
    func noLoopIsFoldedAway(isa: InstructionSet) {
        #expect(Peak.integerGops(isa: isa) < 2 * 64 * 4 * 6)
    }

    @Test func widerRegistersDoMore() throws {
        guard let scalar = Peak.gops(.float32, isa: .scalar), let fastest = InstructionSet.available.first,
            fastest != .scalar
        else { return }
        #expect(try #require(Peak.gops(.float32, isa: fastest)) > scalar)
    }
}
