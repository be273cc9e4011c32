import CPUBackend
import Tensors
import Testing

@Suite struct InstructionSetTests {
    @Test func everyProcessorRunsScalarKernels() throws {
        #expect(InstructionSet.available.contains(.scalar))
        #expect(try InstructionSet.chosen(environment: ["HONE_ISA": "scalar"]) == .scalar)
    }

    @Test func theFastestIsTakenByDefault() throws {
        #expect(try InstructionSet.chosen(environment: [:]) == InstructionSet.available.first)
        #expect(try InstructionSet.chosen(environment: ["HONE_ISA": ""]) == InstructionSet.available.first)
    }

    @Test func anUnknownOrAbsentSetIsRefusedByName() {
        #expect(throws: HoneError.self) { try InstructionSet.chosen(environment: ["HONE_ISA": "avx9"]) }
        let absent = InstructionSet.allCases.filter { !InstructionSet.available.contains($0) }
        for set in absent {
            #expect(throws: HoneError.self) { try InstructionSet.chosen(environment: ["HONE_ISA": set.rawValue]) }
        }
    }
}
