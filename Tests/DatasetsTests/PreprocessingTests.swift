import Foundation
import Tensors
import Testing

@testable import Datasets

@Suite struct PreprocessingTests {
    private func parse(_ json: String) throws -> Preprocessing { try Preprocessing.parse(Array(json.utf8)) }

    @Test func readsEveryKey() throws {
        let found = try parse(
            """
            {"div": 255, "mean": [0.485, 0.456, 0.406], "std": 0.5, "layout": "NCHW", "modelLayout": "nhwc",
             "channelOrder": "BGR", "resize": 256, "crop": "224x192"}
            """)
        let expected = Preprocessing(
            div: 255, mean: [0.485, 0.456, 0.406], std: [0.5], layout: .nchw, modelLayout: .nhwc, channelOrder: .bgr,
            resize: .side(256), crop: .exact(width: 224, height: 192))
        #expect(found == expected)
        #expect(try parse("{}") == Preprocessing())
        let encoded = try JSONEncoder().encode(found)
        #expect(try Preprocessing.parse(Array(encoded)) == found)
    }

    @Test(arguments: [
        ("{\"scale\": 1}", "'scale'"), ("{\"scale\": 1}", "channelOrder"), ("{\"div\": 0}", "div"),
        ("{\"div\": \"x\"}", "div"), ("{\"std\": [1, 0]}", "std"), ("{\"mean\": []}", "mean"),
        ("{\"mean\": [1, 2], \"std\": [1, 2, 3]}", "mean has 2"), ("{\"layout\": \"HWC\"}", "NHWC or NCHW"),
        ("{\"resize\": \"12by3\"}", "12by3"), ("{\"resize\": -3}", "-3"), ("{\"crop\": 70000}", "out of range"),
        ("[1]", "JSON object"), ("{", "valid JSON"), ("", "valid JSON"), ("{\"div\": 1e999}", "JSON"),
    ])
    func errorsNameTheKey(_ json: String, _ part: String) {
        let error = honeError { _ = try parse(json) }
        #expect(error.message.contains(part), "\(error)")
    }

    @Test func parsesSizes() {
        #expect(ImageSize("224") == .side(224))
        #expect(ImageSize("320x240") == .exact(width: 320, height: 240))
        for wrong in ["", "x", "0", "3x", "x3", "3x0", "-2", "1x2x3", "a"] { #expect(ImageSize(wrong) == nil) }
    }

    @Test func theShortSideLeads() {
        #expect(ImageSize.side(256).resized(width: 500, height: 375) == (341, 256))
        #expect(ImageSize.side(256).resized(width: 375, height: 500) == (256, 341))
        #expect(ImageSize.side(1).resized(width: 3, height: 3000) == (1, 1000))
    }

    @Test func theArithmeticIsFloat32InTheWrittenOrder() throws {
        let preprocessing = Preprocessing(div: 255, mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225])
        let pixels = (0..<12).map { UInt8($0 * 23) }
        let preparation = ArrayPreparation(
            input: InputRequirement(name: "x", elementType: .float32, shape: [nil, 3, 2, 2]),
            preprocessing: preprocessing, normalisesAnyRank: true)
        let expected = (0..<3).flatMap { channel in
            (0..<4).map { pixel -> Float in
                let value = Float(pixels[pixel * 3 + channel]) / 255
                let centred = value - preprocessing.mean[channel]
                return centred / preprocessing.std[channel]
            }
        }
        let bytes = try preparation.prepare(Tensor(pixels, shape: [1, 2, 2, 3]))
        #expect(bytes == Tensor(expected, shape: [1, 3, 2, 2]))
        let floats = try preparation.prepare(Tensor(pixels.map { Float($0) }, shape: [1, 2, 2, 3]))
        #expect(floats == bytes)
        let shorts = try preparation.prepare(Tensor(pixels.map { Int16($0) }, shape: [1, 2, 2, 3]))
        #expect(shorts == bytes)
    }

    @Test func layoutsAndChannelOrder() throws {
        let nhwc = Tensor((0..<12).map { UInt8($0) }, shape: [1, 2, 2, 3])
        let nchw = Tensor([UInt8(0), 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11], shape: [1, 3, 2, 2])
        let prepare = { (tensor: Tensor, preprocessing: Preprocessing) throws(HoneError) in
            try ArrayPreparation(
                input: InputRequirement(name: "x", elementType: .uint8, shape: nil), preprocessing: preprocessing,
                normalisesAnyRank: true
            ).prepare(tensor)
        }
        #expect(try prepare(nhwc, Preprocessing()) == nchw)
        #expect(try prepare(nchw, Preprocessing(layout: .nchw)) == nchw)
        #expect(try prepare(nchw, Preprocessing(layout: .nchw, modelLayout: .nhwc)) == nhwc)
        #expect(try prepare(nhwc, Preprocessing(modelLayout: .nhwc)) == nhwc)
        let bgr = Tensor([UInt8(2), 5, 8, 11, 1, 4, 7, 10, 0, 3, 6, 9], shape: [1, 3, 2, 2])
        #expect(try prepare(nhwc, Preprocessing(channelOrder: .bgr)) == bgr)
    }

    /// Planes that stay where they are take a way of their own: the same numbers, and none copied where none changes.
    @Test(arguments: [Preprocessing.ChannelOrder.rgb, .bgr], [false, true])
    func planesThatStayGiveTheSameNumbers(order: Preprocessing.ChannelOrder, changesValues: Bool) throws {
        var preprocessing = Preprocessing(layout: .nchw, channelOrder: order)
        if changesValues {
            (preprocessing.div, preprocessing.mean, preprocessing.std) = (3, [0.5, -1, 2], [0.25, 7, 1])
        }
        let rows = Tensor((0..<60).map { Float($0) - 17.5 }, shape: [2, 3, 2, 5])
        let requirement = InputRequirement(name: "x", elementType: .float32, shape: nil)
        let made = try ArrayPreparation(input: requirement, preprocessing: preprocessing, normalisesAnyRank: true)
            .prepare(rows)
        // A crop to the whole image changes nothing, but goes through interleaved images.
        preprocessing.crop = .exact(width: 5, height: 2)
        let interleaved = try ArrayPreparation(
            input: requirement, preprocessing: preprocessing, normalisesAnyRank: true
        )
        .prepare(rows)
        #expect(made == interleaved)
        #expect((made == rows) == (order == .rgb && !changesValues))
    }

    @Test func perChannelValuesFollowTheModelsOrder() throws {
        let preparation = ArrayPreparation(
            input: InputRequirement(name: "x", elementType: .float32, shape: nil),
            preprocessing: Preprocessing(mean: [1, 2, 3], channelOrder: .bgr), normalisesAnyRank: true)
        let prepared = try preparation.prepare(Tensor([UInt8(10), 20, 30], shape: [1, 1, 1, 3]))
        #expect(prepared.floats() == [29, 18, 7])
    }

    @Test func integersStayIntegersWhereTheModelWantsThem() throws {
        let input = InputRequirement(name: "x", elementType: .int8, shape: nil)
        let plain = ArrayPreparation(input: input, preprocessing: Preprocessing(), normalisesAnyRank: true)
        #expect(
            try plain.prepare(Tensor([Int8(-3), 4], shape: [1, 2, 1, 1]))
                == Tensor([Int8(-3), 4], shape: [1, 1, 2, 1]))
        #expect(try plain.prepare(Tensor([UInt8(3), 4], shape: [1, 2])) == Tensor([Int8(3), 4], shape: [1, 2]))
        #expect(honeError { _ = try plain.prepare(Tensor([UInt8(200)], shape: [1, 1])) }.code == .invalidInput)
        #expect(honeError { _ = try plain.prepare(Tensor([Float(2)], shape: [1, 1])) }.code == .invalidInput)
        let divided = ArrayPreparation(input: input, preprocessing: Preprocessing(div: 2), normalisesAnyRank: true)
        #expect(honeError { _ = try divided.prepare(Tensor([Int8(2)], shape: [1, 1])) }.code == .invalidOption)
        #expect(honeError { _ = try divided.prepare(Tensor([UInt8(2)], shape: [1, 1, 1, 1])) }.code == .invalidOption)
    }

    @Test func narrowInputsAreRounded() throws {
        let preparation = ArrayPreparation(
            input: InputRequirement(name: "x", elementType: .float16, shape: nil),
            preprocessing: Preprocessing(div: 3), normalisesAnyRank: true)
        let prepared = try preparation.prepare(Tensor([UInt8(1), 2], shape: [1, 2]))
        #expect(prepared == Tensor([Float16(Float(1) / 3), Float16(Float(2) / 3)], shape: [1, 2]))
    }
}
