import Foundation
import Tensors
import Testing

@testable import OpenCLBackend

@Suite(OpenCLDevices.areThere) struct ProbeTests {
    /// A device that the other suites compare with the reference bit for bit must pass its own probes.
    @Test func theDeviceIsRight() throws {
        let context = try DeviceContext(try #require(OpenCLDevices.chosen), cache: ProgramCache(folder: nil))
        let probes = context.probes
        #expect(probes.obstacle == nil)
        #expect(probes.dot4.first?.body == .plainC && probes.dot4.first?.outcome == .right)
        #expect(probes.dot4.contains { $0.body == probes.dot4Body && $0.outcome == .right })
        #expect(probes.floats?.keepsDenormals == true)
        if context.device.info.hasCorrectlyRoundedDivide { #expect(probes.floats?.dividesExactly == true) }
        if context.device.info.vendor != .nvidia { #expect(probes.matrix == nil) }
    }

    /// The matrix probe itself, with the body that runs anywhere.
    @Test func theMatrixProbeComparesAProduct() throws {
        let context = try DeviceContext.shared(try #require(OpenCLDevices.chosen))
        #expect(try MatrixProbe.isRight(ptx: false, in: context))
    }

    @Test func resultsAreKept() throws {
        let device = try #require(OpenCLDevices.chosen)
        let folder = FileManager.default.temporaryDirectory.appending(path: "hone-cache-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let first = try DeviceContext(device, cache: ProgramCache(folder: folder.path))
        let second = try DeviceContext(device, cache: ProgramCache(folder: folder.path))
        #expect(first.probes == second.probes)
        #expect(first.programs.counts.built > 0)
        #expect(second.programs.counts.built + second.programs.counts.loaded == 0)
    }

    /// A body that is wrong, or does not run, is not chosen, however fast.
    @Test func onlyRightBodiesAreChosen() {
        let probes = DeviceProbes(
            dot4: [
                .init(body: .plainC, outcome: .right, billionsPerSecond: 1),
                .init(body: .dp4a, outcome: .wrong, billionsPerSecond: 9),
                .init(body: .sdot4, outcome: .fails("no"), billionsPerSecond: nil),
                .init(body: .arm, outcome: .right, billionsPerSecond: 2),
            ], matrix: .wrong, floats: nil)
        #expect(probes.dot4Body == .arm && !probes.hasMatrixPTX)
        #expect(probes.obstacle != nil, "its float32 arithmetic is not known")
    }
}

@Suite(OpenCLDevices.areThere) struct ExaminationTests {
    @Test func everyQuestionHasAnAnswer() throws {
        let findings = try DeviceExamination(try #require(OpenCLDevices.chosen)).findings
        #expect(findings.count >= 9 && findings.allSatisfy { !$0.answer.isEmpty })
        #expect(findings.contains { $0.question == "the same binary, loaded" && $0.answer == "right" }, "\(findings)")
        #expect(!findings.contains { $0.answer == "wrong" }, "\(findings)")
    }

    @Test func localMemoryOfBothKinds() throws {
        let context = try DeviceContext.shared(try #require(OpenCLDevices.chosen))
        #expect(try LocalMemoryProbe.isRight(staticWords: 1000, dynamicWords: 70, in: context))
    }

    /// What a driver of NVIDIA gives, as its compiler writes it.
    @Test func assemblyIsReadAndChanged() throws {
        let text = """
            //
            .version 8.7
            .target sm_90, texmode_independent
            .address_size 64
            .entry k() {
                mul.rn.f32 \t%f1, %f2, %f3;
                bar.sync \t0;
                mul.rn.f32 %f1, %f2, %f3;
                fma.rn.f32 %f1, %f2, %f3, %f4;
            }
            """
        let ptx = try #require(PTX(Array(text.utf8) + [0]))
        #expect(ptx.header == ".version 8.7, .target sm_90, texmode_independent, .address_size 64")
        #expect(ptx.count("mul.rn.f32") == 2 && ptx.count("mul.f32") == 0 && ptx.count("fma.rn.f32") == 1)
        let changed = ptx.withTarget("sm_90a").withInstructionAfterBarrier("wgmma.fence.sync.aligned;")
        let lines = String(decoding: changed.bytes, as: UTF8.self).split(separator: "\n")
        #expect(lines.contains(".target sm_90a"))
        #expect(lines.firstIndex(of: "wgmma.fence.sync.aligned;") == 7, "\(lines)")
        #expect(PTX([1, 2, 3]) == nil)
    }
}

@Suite(OpenCLDevices.areThere) struct DeviceTransfersTests {
    @Test func ratesArePositive() throws {
        let found = try DeviceTransfers(try #require(OpenCLDevices.chosen))
        #expect(found.copyRate > 0 && found.copyRate.isFinite && found.copyByteCount > 0)
        #expect(found.uploadRate > 0 && found.downloadRate > 0)
        #expect(found.launchMicroseconds > 0 && found.roundTripMicroseconds > 0)
    }
}
