import Hone
import Testing

@Suite struct QuantizationTests {
    private struct SourceFailure: Error {}

    @Test func noSamplesAreAnError() async throws {
        let model = try Digits.model()
        let error = await #expect(throws: HoneError.self) { try await model.quantized(calibratingOn: stream([])) }
        #expect(error?.code == .invalidInput && error?.remedy != nil)
        let other = #expect(throws: HoneError.self) { try model.quantized { nil } }
        #expect(other?.code == .invalidInput)
    }

    @Test func theSourcesErrorComesThrough() async throws {
        let model = try Digits.model()
        let feeds = try Digits.feeds(4, batch: 2)
        let failing = AsyncThrowingStream<[String: Tensor], any Error> { stream in
            for feed in feeds { stream.yield(feed) }
            stream.finish(throwing: SourceFailure())
        }
        let error = await #expect(throws: HoneError.self) { try await model.quantized(calibratingOn: failing) }
        #expect(error?.code == .invalidInput && error?.message.contains("SourceFailure") == true)
        let own = HoneError(.fileAccess, "the disk is gone", file: "images/7.png")
        let same = #expect(throws: HoneError.self) {
            try model.quantized { () throws -> [String: Tensor]? in throw own }
        }
        #expect(same?.description == own.description && same?.code == .fileAccess)
    }

    @Test func aSampleThatDoesNotFitIsAnError() async throws {
        let model = try Digits.model()
        let samples = stream([["picture": try Digits.images(0..<1)]])
        let error = await #expect(throws: HoneError.self) { try await model.quantized(calibratingOn: samples) }
        #expect(error?.code == .invalidInput)
    }

    @Test func unknownNodesCannotBeExcluded() async throws {
        let model = try Digits.model()
        let settings = QuantizationSettings(excludedNodes: ["stem_conv", "stem_convolution"])
        let samples = stream(try Digits.feeds(2, batch: 2))
        let error = await #expect(throws: HoneError.self) {
            try await model.quantized(calibratingOn: samples, settings: settings)
        }
        #expect(error?.code == .invalidOption && error?.message.contains("'stem_convolution'") == true)
    }

    @Test func excludedNodesStayFloat() async throws {
        let settings = QuantizationSettings(excludedNodes: ["stem_conv", "output"])
        let samples = stream(try Digits.feeds(8, batch: 8))
        let quantized = try await Digits.model().quantized(calibratingOn: samples, settings: settings)
        let float = quantized.layers.filter { !$0.isQuantized }.map(\.node)
        #expect(Set(float).isSuperset(of: ["stem_conv", "output"]))
        #expect(quantized.layers.first { $0.node == "block1_conv" }?.isQuantized == true)
    }

    @Test(arguments: [
        QuantizationSettings.Method.minMax, .percentile(99.9), .meanSquaredError,
    ])
    func batchesAndThreadsDoNotShow(method: QuantizationSettings.Method) async throws {
        let model = try Digits.model()
        let settings = QuantizationSettings(method: method)
        let one = try await model.quantized(
            calibratingOn: stream(try Digits.feeds(30, batch: 1)), settings: settings, threads: 1)
        let many = try await model.quantized(
            calibratingOn: stream(try Digits.feeds(30, batch: 7)), settings: settings, threads: 2)
        #expect(one.sampleCount == 30 && many.sampleCount == 30)
        #expect(try one.model.serialized() == many.model.serialized())
    }

    /// The function that takes a closure does what the one that takes a sequence does.
    @Test func aClosureIsAsGoodAsASequence() async throws {
        let model = try Digits.model()
        var feeds = try Digits.feeds(10, batch: 5).makeIterator()
        let drawn = try model.quantized { feeds.next() }
        let streamed = try await model.quantized(calibratingOn: stream(try Digits.feeds(10, batch: 5)))
        #expect(try drawn.model.serialized() == streamed.model.serialized())
        #expect(drawn.method == streamed.method && drawn.warnings.isEmpty)
    }

    @Test func percentilesHaveBounds() async throws {
        let model = try Digits.model()
        for percentile in [0, -1, 100.5, .nan] {
            let error = #expect(throws: HoneError.self) {
                try model.quantized(settings: QuantizationSettings(method: .percentile(percentile))) { nil }
            }
            #expect(error?.message.contains("percentile") == true, "\(percentile)")
        }
    }

    @Test func aQuantizedModelIsNotQuantizedAgain() async throws {
        let once = try await Digits.model().quantized(calibratingOn: stream(try Digits.feeds(4, batch: 4)))
        let error = await #expect(throws: HoneError.self) {
            try await once.model.quantized(calibratingOn: stream(try Digits.feeds(4, batch: 4)))
        }
        #expect(error?.code == .unsupported && error?.message.contains("quantized already") == true)
    }

    @Test func whatIsNotFiniteIsWarnedOf() async throws {
        var image = try Digits.images(0..<1)
        image.withUnsafeMutableBytes { $0.storeBytes(of: Float.nan, as: Float.self) }
        let quantized = try await Digits.model().quantized(
            calibratingOn: stream([["input": image], ["input": try Digits.images(1..<5)]]))
        #expect(quantized.warnings.count == 1 && quantized.warnings.first?.contains("'input'") == true)
    }

    @Test func dataWithoutAFiniteValueAreAnError() async throws {
        let nothing = Tensor([Float](repeating: .nan, count: 128), shape: [2, 1, 8, 8])
        let error = await #expect(throws: HoneError.self) {
            try await Digits.model().quantized(calibratingOn: stream([["input": nothing]]))
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("no element of 'input' was a finite number") == true)
    }

    /// Fused or not, a quantized model gives the same bits.
    @Test func fusionDoesNotShow() async throws {
        let quantized = try await Digits.model().quantized(calibratingOn: stream(try Digits.feeds(32, batch: 8)))
        let feed = ["input": try Digits.images(100..<140)]
        #expect(
            try bits(quantized.model.session(on: .reference, fusing: true), feed)
                == bits(quantized.model.session(on: .reference, fusing: false), feed))
    }
}
