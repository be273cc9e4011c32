import CMicrokernels
import Foundation
import Tensors

/// The instruction sets that kernels are written for. Results never depend on the choice.
package enum InstructionSet: String, Sendable, CaseIterable {
    case scalar
    case avx2
    case avxvnni
    case avx512vnni
    case neon

    /// The variable that forces one.
    package static let variable = "HONE_ISA"

    /// How C calls it.
    package var mk: mk_isa {
        switch self {
        case .scalar: MK_ISA_SCALAR
        case .avx2: MK_ISA_AVX2
        case .avxvnni: MK_ISA_AVXVNNI
        case .avx512vnni: MK_ISA_AVX512VNNI
        case .neon: MK_ISA_NEON
        }
    }

    /// Those that this processor runs, the fastest first.
    package static let available: [InstructionSet] = [.avx512vnni, .avxvnni, .avx2, .neon, .scalar]
        .filter { mk_isa_is_available($0.mk) != 0 }

    /// The one that `HONE_ISA` asks for, else the fastest that this processor runs.
    ///
    /// - Throws: `.device` if `HONE_ISA` names none, or one that this processor does not run.
    package static func chosen(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws(HoneError) -> InstructionSet {
        guard let name = environment[variable], !name.isEmpty else { return available.first ?? .scalar }
        return try named(name)
    }

    /// The set of that name.
    ///
    /// - Throws: `.device` if there is none, or this processor does not run it.
    package static func named(_ name: String) throws(HoneError) -> InstructionSet {
        let names = available.map(\.rawValue).joined(separator: ", ")
        guard let set = InstructionSet(rawValue: name) else {
            throw HoneError(.device, "'\(name)' is no instruction set", remedy: "this processor runs: \(names)")
        }
        guard available.contains(set) else {
            throw HoneError(
                .device, "this processor does not run the instruction set '\(name)'",
                remedy: "use one that it runs: \(names)")
        }
        return set
    }
}
