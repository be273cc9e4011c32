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
