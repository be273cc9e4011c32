import Foundation
import Runtime
import Tensors
import Testing

@testable import OpenCLBackend

/// Buffers, programs and launches on a device.
@Suite(OpenCLDevices.areThere) struct HostTests {
    @Test func bytesComeBack() throws {
        let queue = try OpenCLDevices.queue()
        let bytes = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 31) }
        let buffer = try queue.context.makeBuffer(byteCount: 8192)
        let part = try buffer.part(4096..<8192)
        try bytes.withUnsafeBytes { try queue.write($0, to: buffer, offset: 100) }
        #expect(try queue.read(part, count: 1004, as: UInt8.self) == Array(bytes[3996...]))
        let copy = try queue.context.makeBuffer(byteCount: 5000)
        try queue.copy(buffer, offset: 100, to: copy, byteCount: 5000)
        #expect(try queue.read(copy, count: 5000, as: UInt8.self) == bytes)
    }

    @Test func memoryIsCounted() throws {
        let context = try DeviceContext(try #require(OpenCLDevices.chosen), cache: ProgramCache(folder: nil))
        var buffer: DeviceBuffer? = try context.makeBuffer(byteCount: 12345)
        #expect(buffer?.byteCount == 12345 && context.allocatedByteCount == 12345)
        buffer = nil
        #expect(context.allocatedByteCount == 0)
        let error = #expect(throws: HoneError.self) { try context.makeBuffer(byteCount: .max) }
        #expect(error?.code == .outOfMemory)
        #expect(context.allocatedByteCount == 0)
    }

    @Test func fillSetsEveryWord() throws {
        let queue = try OpenCLDevices.queue(profiling: true)
        let maker = LaunchMaker(queue: queue)
        let buffer = try maker.buffer([Int32](repeating: 0, count: 1001))
        let launch = try maker.bind(.fill(.buffer(buffer), byteCount: 4000, byte: 0xA5)) { _ in buffer }
        let event = try #require(try queue.enqueueTimed(launch))
        let words = try queue.read(buffer, count: 1001, as: UInt32.self)
        #expect(words == [UInt32](repeating: 0xA5A5_A5A5, count: 1000) + [0])
        let (start, end) = try event.interval()
        #expect(start <= end)
    }

    /// Against the plain loop, images of all bytes 1.
    @Test(arguments: [(2, 20, 16, 1), (1, 3, 3, 1), (2, 20, 16, 4)])
    func fillHaloLeavesTheImage(images: Int, channels: Int, channelsPerPixel: Int, elementBytes: Int) throws {
        let layout = BlockedLayout(
            halo: Halo(top: 1, left: 2, bottom: 3, right: 1), channelsPerPixel: channelsPerPixel, haloByte: 7)
        let type = TensorType(elementBytes == 1 ? .uint8 : .float32, [images, channels, 5, 6])
        let shape = try #require(BlockedShape(type, layout))
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let buffer = try maker.buffer([UInt8](repeating: 1, count: shape.byteCount))
        let launch = try #require(KernelLaunch.fillHalo(.value(3), shape))
        try queue.enqueue(
            try maker.bind(launch) { id in
                #expect(id == 3)
                return buffer
            })
        var expected = [UInt8](repeating: 1, count: shape.byteCount)
        for plane in 0..<(images * shape.groups) {
            for y in 0..<9 {
                for x in 0..<9 where !((1..<6).contains(y) && (2..<8).contains(x)) {
                    let start = plane * shape.groupBytes + y * shape.rowBytes + x * shape.pixelBytes
                    for byte in start..<(start + shape.pixelBytes) { expected[byte] = 7 }
                }
            }
        }
        #expect(try queue.read(buffer, count: shape.byteCount, as: UInt8.self) == expected)
    }

    @Test func temporariesOfAStepDoNotOverlapAndStepsShareThem() throws {
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        maker.beginStep()
        let (a, b) = (try maker.temporary(byteCount: 4), try maker.temporary(byteCount: 4000))
        maker.beginStep()
        let c = try maker.temporary(byteCount: 4000)
        #expect(throws: HoneError.self) { try maker.temporary(byteCount: .max) }
        let result = try maker.buffer([UInt32](repeating: 0, count: 1))
        let launches: [KernelLaunch] = [
            .fill(.temporary(a), byteCount: 4, byte: 1), .fill(.temporary(b), byteCount: 4000, byte: 2),
        ]
        for launch in launches { try queue.enqueue(try maker.bind(launch) { _ in result }) }
        try queue.finish()
        #expect(a != c && a.byteCount == 4 && b.byteCount == 4000)
        #expect(maker.sharedTemporaryByteCount >= 4004 && maker.sharedTemporaryByteCount <= 4000 + 3 * 4096)
    }

    @Test func aLaunchWithoutWorkDoesNothing() throws {
        let queue = try OpenCLDevices.queue(profiling: true)
        let maker = LaunchMaker(queue: queue)
        let buffer = try maker.buffer([Int32]())
        let launch = try maker.bind(.fill(.buffer(buffer), byteCount: 0, byte: 1)) { _ in buffer }
        #expect(launch.isEmpty)
        #expect(try queue.enqueueTimed(launch) == nil)
    }

    /// The second context finds on disk what the first one built; a broken file is built again and repaired.
    @Test func programsAreBuiltOnce() throws {
        let device = try #require(OpenCLDevices.chosen)
        let folder = FileManager.default.temporaryDirectory.appending(path: "hone-cache-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        func countsOfARun() throws -> ProgramLibrary.Counts {
            let context = try DeviceContext(device, cache: ProgramCache(folder: folder.path))
            let queue = try context.makeQueue()
            let maker = LaunchMaker(queue: queue)
            let buffer = try maker.buffer([Int32](repeating: 0, count: 16))
            for byte in [UInt8(1), 2] {
                try queue.enqueue(try maker.bind(.fill(.buffer(buffer), byteCount: 64, byte: byte)) { _ in buffer })
            }
            #expect(try queue.read(buffer, count: 16, as: UInt32.self) == .init(repeating: 0x0202_0202, count: 16))
            return context.programs.counts
        }
        #expect(try countsOfARun() == ProgramLibrary.Counts(built: 1, loaded: 0))
        #expect(try countsOfARun() == ProgramLibrary.Counts(built: 0, loaded: 1))
        let walk = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
        let files = walk.compactMap { $0 as? URL }.filter { $0.pathExtension == "bin" }
        #expect(files.count == 1)
        for file in files { try Data([1, 2, 3]).write(to: file) }
        #expect(try countsOfARun() == ProgramLibrary.Counts(built: 1, loaded: 0))
        #expect(try countsOfARun() == ProgramLibrary.Counts(built: 0, loaded: 1))
    }

    /// Two sessions on one device from two threads: programs are shared, kernels are not.
    @Test func twoThreadsUseOneDevice() async throws {
        let results = try await withThrowingTaskGroup(of: Bool.self) { group in
            for thread in 1...2 {
                group.addTask {
                    let queue = try OpenCLDevices.queue()
                    let maker = LaunchMaker(queue: queue)
                    let buffer = try maker.buffer([UInt8](repeating: 0, count: 4096))
                    var isRight = true
                    for round in 0..<50 {
                        let byte = UInt8(round * 2 + thread)
                        let launch = try maker.bind(.fill(.buffer(buffer), byteCount: 4096, byte: byte)) { _ in buffer }
                        try queue.enqueue(launch)
                        let bytes = try queue.read(buffer, count: 4096, as: UInt8.self)
                        isRight = isRight && bytes == [UInt8](repeating: byte, count: 4096)
                    }
                    return isRight
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results == [true, true])
    }

    /// The compiler's message, with the file and the line in it.
    @Test func aFailedBuildNamesFileAndLine() throws {
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let program = KernelProgram(file: "fill", defines: ["count": "no_such_name +"])
        let launch = KernelLaunch(program: program, function: "fill", arguments: [], globalSize: [1])
        let error = #expect(throws: HoneError.self) {
            try maker.bind(launch) { _ throws(HoneError) in throw HoneError(.device, "unused") }
        }
        #expect(error?.code == .device)
        #expect(error?.message.contains("CL_BUILD_PROGRAM_FAILURE") == true)
        #expect(error?.message.contains("fill.cl") == true)
    }

    @Test func aWorkGroupThatIsTooLargeIsAnError() throws {
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let buffer = try maker.buffer([Int32](repeating: 0, count: 16))
        var launch = KernelLaunch.fill(.buffer(buffer), byteCount: 64, byte: 1)
        launch.localSize = [1 << 20]
        let error = #expect(throws: HoneError.self) { try maker.bind(launch) { _ in buffer } }
        #expect(error?.code == .device)
        #expect(error?.message.contains("work-group") == true)
    }
}
