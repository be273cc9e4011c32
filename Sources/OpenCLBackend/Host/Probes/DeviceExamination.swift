import Foundation
import Tensors

/// What was tried on a device that no kernel relies on yet: facts for whoever writes the next kernels for it. Takes a few
/// seconds, and is not remembered.
package struct DeviceExamination: Sendable {
    /// One question with its answer: `right`, `wrong`, why it does not work, or what was found.
    package struct Finding: Sendable {
        package let question: String
        package let answer: String
    }

    package private(set) var findings: [Finding] = []
    private let context: DeviceContext

    /// - Throws: `.device` if the device cannot be used at all.
    package init(_ device: OpenCLDevice) throws(HoneError) {
        context = try DeviceContext.shared(device)
        try examineBinaries()
        examineLocalMemory()
        if device.info.vendor == .nvidia { try examineNVIDIA() }
    }

    private mutating func note(_ question: String, _ answer: String) {
        findings.append(Finding(question: question, answer: answer))
    }

    private mutating func note(_ question: String, _ isRight: () throws(HoneError) -> Bool) {
        do throws(HoneError) {
            note(question, try isRight() ? "right" : "wrong")
        } catch {
            note(question, error.message)
        }
    }

    // MARK: - What compilers give

    /// What a program's binary is, and whether it can be loaded again.
    private mutating func examineBinaries() throws(HoneError) {
        let copy = CopyProbe(context)
        let program = try copy.compiled()
        guard let binary = program.binary() else { return note("binary of a program", "none") }
        let text = PTX(binary)
        note("binary of a program", text?.header ?? "\(binary.count) bytes, no PTX")
        note("the same binary, loaded") { () throws(HoneError) in
            guard let loaded = copy.loaded(binary) else { throw HoneError(.device, "refused") }
            return try copy.isRight(with: loaded)
        }
        guard let text else { return }
        let floats = try context.program(KernelProgram(file: "probe_floats")).binary().flatMap { PTX($0) }
        note(
            "products and sums under FP_CONTRACT OFF",
            floats.map { text in
                ["mul.rn.f32", "mul.f32", "add.rn.f32", "add.f32", "fma.rn.f32"]
                    .map { "\(text.count($0)) \($0)" }.joined(separator: ", ")
            } ?? "no PTX")
        let extended = text.withTarget("sm_90a")
        note("the same PTX for sm_90a") { () throws(HoneError) in
            guard let loaded = copy.loaded(extended.bytes) else { throw HoneError(.device, "refused") }
            return try copy.isRight(with: loaded)
        }
        note(
            "... with an instruction of wgmma",
            copy.loaded(extended.withInstructionAfterBarrier("wgmma.fence.sync.aligned;").bytes) == nil
                ? "refused" : "accepted")
    }

    /// Sizes at and around what NVIDIA's OpenCL gives, 48 KB, and what its parts have.
    private mutating func examineLocalMemory() {
        let context = context
        for byteCount in [49_136, 49_152, 65_536] {
            note("\(byteCount) bytes of local memory in a kernel's text") { () throws(HoneError) in
                try LocalMemoryProbe.isRight(staticWords: byteCount / 4, dynamicWords: 1, in: context)
            }
        }
        for kibibytes in [32, 64, 100, 200] {
            note("\(kibibytes) KiB of local memory as an argument") { () throws(HoneError) in
                try LocalMemoryProbe.isRight(staticWords: 16, dynamicWords: kibibytes * 256, in: context)
            }
        }
    }

    // MARK: - NVIDIA

    private mutating func examineNVIDIA() throws(HoneError) {
        let copy = CopyProbe(context)
        let forms = [
            (1, "cp.async by 32-bit local addresses"), (2, "cp.async that fills with zeros"),
            (3, "ldmatrix by 32-bit local addresses"), (4, "cp.async.bulk with an mbarrier"),
        ]
        for (form, question) in forms {
            note(question) { () throws(HoneError) in try copy.isRight(form: form) }
        }
        note("-cl-nv-arch sm_90a", target(options: ["-cl-nv-arch sm_90a"]))
        note("-cl-nv-maxrregcount=32", target(options: ["-cl-nv-maxrregcount=32"]))
        do throws(HoneError) {
            let log = try copy.compiled(options: "-cl-std=CL1.2 -cl-nv-verbose").buildLog()
            let lines = log.split(whereSeparator: \.isNewline).filter { $0.contains("ptxas") || $0.contains("Used") }
            note("-cl-nv-verbose", lines.isEmpty ? "no log" : lines.prefix(4).joined(separator: " | "))
        } catch {
            note("-cl-nv-verbose", error.message)
        }
    }

    /// What a build with such options is for.
    private func target(options: [String]) -> String {
        do throws(HoneError) {
            let program = try CopyProbe(context).compiled(options: (["-cl-std=CL1.2"] + options).joined(separator: " "))
            return program.binary().flatMap { PTX($0)?.header } ?? "accepted"
        } catch {
            return error.message
        }
    }
}

/// A program's binary where that is NVIDIA's assembly language.
struct PTX {
    private var text: String

    /// - Returns: nil for any other binary.
    init?(_ binary: [UInt8]) {
        text = String(decoding: binary.prefix { $0 != 0 }, as: UTF8.self)
        guard text.contains(".version"), text.contains(".target") else { return nil }
    }

    var bytes: [UInt8] { Array(text.utf8) }

    /// `.version 8.7, .target sm_90, .address_size 64`
    var header: String {
        lines.filter { line in [".version", ".target", ".address_size"].contains { line.hasPrefix($0) } }
            .prefix(3).joined(separator: ", ")
    }

    /// How often an instruction occurs.
    func count(_ instruction: String) -> Int {
        lines.count { $0.split(whereSeparator: \.isWhitespace).contains { $0 == instruction } }
    }

    func withTarget(_ target: String) -> PTX {
        changed { $0.hasPrefix(".target") ? ".target \(target)" : $0 }
    }

    func withInstructionAfterBarrier(_ instruction: String) -> PTX {
        changed { $0.contains("bar.sync") || $0.contains("barrier.sync") ? "\($0)\n\(instruction)" : $0 }
    }

    private var lines: [String] {
        text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
    }

    private func changed(_ change: (String) -> String) -> PTX {
        var copy = self
        copy.text = lines.map(change).joined(separator: "\n") + "\n"
        return copy
    }
}
