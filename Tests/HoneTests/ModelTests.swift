import Foundation
import Hone
import Testing

@Suite struct ModelTests {
    @Test func namesOfTheExample() throws {
        let model = try Digits.model()
        #expect(model.inputs.map(\.description) == ["input: float[N, 1, 8, 8]"])
        #expect(model.inputs.first?.shape == [nil, 1, 8, 8] && model.inputs.first?.elementType == .float32)
        #expect(model.outputs.map(\.name) == ["output"])
        #expect(model.operatorCounts["Conv"] == 5)
    }

    @Test func bytesGoRound() throws {
        let file = [UInt8](try Data(contentsOf: URL(filePath: Digits.path)))
        let model = try Model(bytes: file)
        let again = try Model(bytes: try model.serialized())
        #expect(try again.serialized() == model.serialized())
        let feed = ["input": try Digits.images(0..<3)]
        #expect(try bits(again, feed) == bits(model, feed))
    }

    @Test(arguments: [Device.cpu, .reference])
    func devicesOnTheHostComputeFloat32(device: Device) throws {
        let error = #expect(throws: HoneError.self) {
            try Digits.model().session(on: device, precision: .tf32)
        }
        #expect(error?.message == "the \(device) device computes float32 only, not tf32")
    }

    @Test func truncatedBytesAreRefused() throws {
        let file = [UInt8](try Data(contentsOf: URL(filePath: Digits.path)))
        #expect(throws: HoneError.self) { try Model(bytes: Array(file.prefix(file.count / 2))) }
        #expect(throws: HoneError.self) { try Model(bytes: []) }
    }

    @Test func anErrorNamesTheFile() throws {
        let error = #expect(throws: HoneError.self) { try Model(path: "/nonexistent/model.onnx") }
        #expect(error?.code == .fileAccess && error?.file == "/nonexistent/model.onnx")
    }

    @Test func feedsThatDoNotFit() throws {
        let session = try Digits.model().session(on: .reference)
        let image = try Digits.images(0..<1)
        let wrong: [(feed: [String: Tensor], says: String)] = [
            ([:], "input 'input' is not given"), (["image": image], "'image'"),
            (["input": image, "image": image], "no input 'image'"),
            (["input": image.reshaped([1, 8, 8, 1])], "the model wants [N, 1, 8, 8]"),
            (["input": Tensor([UInt8](repeating: 0, count: 64), shape: [1, 1, 8, 8])], "the model wants float"),
        ]
        for (feed, says) in wrong {
            let error = #expect(throws: HoneError.self) { try session.run(feed) }
            #expect(
                error?.code == .invalidInput && error?.message.contains(says) == true, "\(String(describing: error))")
        }
        #expect(
            try session.run(["input": image])["output"]?.shape == [1, 10], "a failed run leaves the session usable")
    }

    @Test(arguments: [true, false])
    func threadsDoNotShow(isFusing: Bool) throws {
        let model = try Digits.model()
        let feed = ["input": try Digits.images(0..<17)]
        #expect(
            try bits(model.session(on: .reference, threads: 1, fusing: isFusing), feed)
                == bits(model.session(on: .reference, threads: 2, fusing: isFusing), feed))
    }

    @Test func tasksShareASession() async throws {
        let session = try Digits.model().session(on: .reference)
        let feeds = try (0..<8).map { ["input": try Digits.images($0..<($0 + 1 + $0 % 3))] }
        let expected = try feeds.map { try bits(session, $0) }
        let found = try await withThrowingTaskGroup(of: (Int, [UInt32]).self) { group in
            for (index, feed) in feeds.enumerated() { group.addTask { (index, try bits(session, feed)) } }
            return try await group.reduce(into: [Int: [UInt32]]()) { $0[$1.0] = $1.1 }
        }
        for (index, bits) in expected.enumerated() { #expect(found[index] == bits) }
    }
}

@Suite struct DeviceTests {
    @Test func spellings() throws {
        #expect(try Device("auto") == .automatic)
        #expect(try Device("reference") == .reference)
        #expect(try Device("cpu") == .cpu)
        #expect(try Device("opencl") == .openCL(0))
        #expect(try Device("opencl:3") == .openCL(3))
        for device in [Device.automatic, .reference, .cpu, .openCL(0), .openCL(12)] {
            #expect(try Device(device.description) == device)
        }
    }

    @Test(arguments: [
        "", "gpu", "Reference", "opencl:", "opencl:-1", "opencl:x", "opencl:99999999999999999999", "cpu ",
    ])
    func wrongSpellings(text: String) {
        let error = #expect(throws: HoneError.self) { try Device(text) }
        #expect(error?.code == .invalidOption && error?.remedy != nil)
    }

    @Test func aDeviceThatIsNotThereIsNamed() throws {
        #expect(Device.available.contains(.reference))
        for device in [Device.cpu, .openCL(4321)] where !Device.available.contains(device) {
            let error = #expect(throws: HoneError.self) { try Digits.model().session(on: device) }
            #expect(error?.code == .device && error?.message.contains(device.description) == true)
        }
    }
}

/// The bits of the example's output.
func bits(_ session: InferenceSession, _ feed: [String: Tensor]) throws -> [UInt32] {
    try #require(try session.run(feed)["output"]).floats().map(\.bitPattern)
}

func bits(_ model: Model, _ feed: [String: Tensor]) throws -> [UInt32] {
    try bits(try model.session(on: .reference), feed)
}
