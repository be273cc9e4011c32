import Tensors
import Testing

@testable import Datasets

@Suite struct ImageTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    private func decode(_ bytes: [UInt8], channels: Int = 3) throws -> Image<UInt8> {
        try ImageFile.decode(path: folder.write("image", bytes), channels: channels)
    }

    @Test(arguments: [
        (Fixtures.rgbPNG, Fixtures.rgbPixels), (Fixtures.rgbaPNG, Fixtures.rgbPixels),
        (Fixtures.palettePNG, Fixtures.palettePixels), (Fixtures.rgbJPEG, Fixtures.rgbJPEGPixels),
        (Fixtures.progressiveJPEG, Fixtures.progressiveJPEGPixels),
        (Fixtures.grayPNG, Fixtures.grayPixels.flatMap { [$0, $0, $0] }),
        (Fixtures.grayJPEG, Fixtures.grayJPEGPixels.flatMap { [$0, $0, $0] }),
    ])
    func decodesToTheRGBThatPillowGives(_ file: [UInt8], _ pixels: [UInt8]) throws {
        let image = try decode(file)
        #expect((image.width, image.height, image.channels) == (8, 6, 3))
        #expect(image.pixels == pixels)
    }

    @Test func decodesToGray() throws {
        #expect(try decode(Fixtures.rgbPNG, channels: 1).pixels == Fixtures.grayPixels)
        #expect(try decode(Fixtures.grayPNG, channels: 1).pixels == Fixtures.grayPixels)
        #expect(try decode(Fixtures.grayJPEG, channels: 1).pixels == Fixtures.grayJPEGPixels)
        let luma = stride(from: 0, to: Fixtures.rgbJPEGPixels.count, by: 3).map { index -> UInt8 in
            let pixel = Fixtures.rgbJPEGPixels[index..<(index + 3)].map { Int($0) }
            return UInt8((19_595 * pixel[0] + 38_470 * pixel[1] + 7_471 * pixel[2] + 32_768) >> 16)
        }
        #expect(try decode(Fixtures.rgbJPEG, channels: 1).pixels == luma)
    }

    @Test func scales16BitsAndExpands1Bit() throws {
        let wide = try decode(Fixtures.gray16PNG, channels: 1)
        #expect(wide.pixels == (0..<8).map { UInt8((Double($0 * 9000) * 255 / 65_535).rounded()) })
        let chessboard = try decode(Fixtures.bilevelPNG, channels: 1)
        #expect(chessboard.pixels == (0..<48).map { ($0 / 8 + $0 % 8) % 2 == 0 ? 0 : 255 })
    }

    @Test func refusesWhatItDoesNotDecodeByName() throws {
        let cmyk = honeError { _ = try decode(Fixtures.cmykJPEG) }
        #expect(cmyk.code == .unsupported && cmyk.message.contains("CMYK"))
        let other = honeError { _ = try decode(Array("GIF89a".utf8)) }
        #expect(other.code == .unsupported && other.message.contains("neither"))
        #expect(honeError { _ = try decode([]) }.code == .unsupported)
    }

    @Test func refusesHugeDimensionsBeforeDecoding() throws {
        // The start-of-frame segment of a baseline JPEG: 8 bits, then height and width.
        var jpeg = Fixtures.rgbJPEG
        let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
        jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFF, 0x00, 0xFF, 0x00])
        #expect(honeError { _ = try decode(jpeg) }.message.contains("at most"))
    }

    @Test(arguments: [
        Fixtures.rgbPNG, Fixtures.palettePNG, Fixtures.rgbJPEG, Fixtures.progressiveJPEG, Fixtures.grayJPEG,
    ])
    func everyTruncationIsAnError(_ file: [UInt8]) throws {
        // Without its last two bytes, the end marker, a JPEG still has all of its pixels; libjpeg says it ends early.
        for count in 3..<file.count {
            let error = honeError { _ = try decode(Array(file[..<count])) }
            #expect(error.file?.hasSuffix("image") == true)
        }
    }

    @Test(arguments: [Fixtures.rgbPNG, Fixtures.palettePNG, Fixtures.rgbJPEG, Fixtures.progressiveJPEG])
    func noDamageTraps(_ file: [UInt8]) throws {
        var refused = 0
        for position in file.indices {
            for flip: UInt8 in [0x01, 0x10, 0xFF] {
                var damaged = file
                damaged[position] ^= flip
                do { _ = try decode(damaged) } catch is HoneError { refused += 1 }
            }
        }
        #expect(refused > 0)
    }

    @Test(arguments: [
        (4, 3, Fixtures.resized4x3), (3, 5, Fixtures.resized3x5), (11, 9, Fixtures.resized11x9),
        (1, 1, Fixtures.resized1x1), (8, 6, Fixtures.rgbPixels),
    ])
    func resizesAsPillowDoes(_ width: Int, _ height: Int, _ pixels: [UInt8]) {
        let image = Image(width: 8, height: 6, channels: 3, pixels: Fixtures.rgbPixels)
        let resized = image.resized(width: width, height: height)
        #expect((resized.width, resized.height) == (width, height))
        #expect(resized.pixels == pixels)
    }

    @Test func resizedFloatsAreWithinTheRoundingOfBytes() {
        let image = Image(width: 8, height: 6, channels: 3, pixels: Fixtures.rgbPixels.map { Float($0) })
        let resized = image.resized(width: 3, height: 5)
        for (float, byte) in zip(resized.pixels, Fixtures.resized3x5) {
            // Each of the two passes rounds bytes by at most one half.
            #expect(abs(float - Float(byte)) <= 1.001)
        }
    }

    @Test func weightsAddUpToOne() {
        for (source, target) in [(8, 3), (3, 8), (1, 5), (5, 1), (224, 32)] {
            for tap in bilinearTaps(from: source, to: target) {
                #expect(abs(tap.weights.reduce(0, +) - 1) < 1e-12)
                #expect(tap.first >= 0 && tap.first + tap.weights.count <= source)
            }
        }
    }

    @Test func cropsTheMiddle() {
        let image = Image(width: 5, height: 4, channels: 1, pixels: (0..<20).map { UInt8($0) })
        #expect(image.croppedToCenter(width: 3, height: 2).pixels == [6, 7, 8, 11, 12, 13])
        // An odd rest of 1 is rounded to 0, of 3 to 2: half to even.
        #expect(image.croppedToCenter(width: 4, height: 1).pixels == [10, 11, 12, 13])
    }
}
