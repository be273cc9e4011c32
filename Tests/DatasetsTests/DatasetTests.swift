import ONNXFormat
import Tensors
import Testing

@testable import Datasets

@Suite struct DatasetTests {
    private let folder: DataFolder
    private let images = InputRequirement(name: "image", elementType: .float32, shape: [nil, 3, 6, 8])

    init() throws { folder = try DataFolder() }

    private func open(
        _ path: String, _ inputs: [InputRequirement], _ preprocessing: Preprocessing = Preprocessing()
    ) throws -> Dataset {
        try Dataset.open(path: path, inputs: inputs, preprocessing: preprocessing)
    }

    private func planar(_ pixels: [UInt8]) -> Tensor {
        let count = pixels.count / 3
        let values = (0..<3).flatMap { channel in (0..<count).map { Float(pixels[$0 * 3 + channel]) } }
        return Tensor(values, shape: [1, 3, 6, 8])
    }

    @Test func arraysAreReadInBatches() throws {
        let path = try folder.write("x.npy", npy("<f4", shape: "(3, 2)", bytes([Float(1), 2, 3, 4, 5, 6])))
        let data = try open(path, [InputRequirement(name: "in", elementType: .float32, shape: [nil, 2])])
        #expect(data.count == 3 && data.labels == nil && data.requiredBatchSize == nil)
        #expect(try data.batch(1..<3) == ["in": Tensor([Float(3), 4, 5, 6], shape: [2, 2])])
        for range in [2..<4, 0..<0] {
            #expect(honeError { _ = try data.batch(range) }.code == .invalidInput)
        }
        let fixed = InputRequirement(name: "in", elementType: .float32, shape: [4, 2])
        #expect(try open(path, [fixed]).requiredBatchSize == 4)
    }

    @Test func speechFeaturesBecomePlanar() throws {
        let values = (0..<12).map { Float($0) }
        let path = try folder.write("x.npy", npy("<f4", shape: "(2, 3, 2, 1)", bytes(values)))
        let data = try open(path, [InputRequirement(name: "in", elementType: .float32, shape: [nil, 1, 3, 2])])
        #expect(try data.batch(0..<2) == ["in": Tensor(values, shape: [2, 1, 3, 2])])
    }

    @Test func emptyDataIsAnError() throws {
        let input = InputRequirement(name: "in", elementType: .float32, shape: nil)
        let array = try folder.write("x.npy", npy("<f4", shape: "(0, 2)", []))
        let list = try folder.write("list.txt", "# nothing\n\n")
        for path in [array, list] {
            #expect(honeError { _ = try open(path, [input]) }.message.contains("no samples"))
        }
        let other = try DataFolder()
        _ = try other.write("readme.txt", "no image")
        #expect(honeError { _ = try open(other.path, [input]) }.message.contains("no samples"))
        #expect(honeError { _ = try open(folder.path + "/none", [input]) }.code == .fileAccess)
        #expect(honeError { _ = try open(other.path + "/readme.md", [input]) }.code == .fileAccess)
    }

    @Test(arguments: [
        ("(1, 3, 6, 8)", "NCHW"), ("(1, 5, 8, 3)", "--resize 8x6"), ("(1, 6, 8, 1)", "3 channels"),
        ("(1, 8, 6)", "reshape"),
    ])
    func shapesThatDoNotFitTeach(_ shape: String, _ remedy: String) throws {
        let size = shape.dropFirst().dropLast().split(separator: ", ").compactMap { Int($0) }.reduce(1, *)
        let path = try folder.write("x.npy", npy("|u1", shape: shape, [UInt8](repeating: 1, count: size)))
        let error = honeError { _ = try open(path, [images]) }
        #expect(error.remedy?.contains(remedy) == true, "\(error)")
        #expect(error.file == path)
    }

    @Test func resizedArraysFit() throws {
        let path = try folder.write("x.npy", npy("|u1", shape: "(1, 6, 8, 3)", Fixtures.rgbPixels))
        let input = InputRequirement(name: "in", elementType: .float32, shape: [nil, 3, 3, 4])
        let data = try open(path, [input], Preprocessing(resize: .exact(width: 4, height: 3)))
        let values = (0..<3).flatMap { channel in (0..<12).map { Float(Fixtures.resized4x3[$0 * 3 + channel]) } }
        #expect(try data.batch(0..<1) == ["in": Tensor(values, shape: [1, 3, 3, 4])])
        let cropped = try open(path, [input], Preprocessing(crop: .exact(width: 4, height: 3)))
        #expect(try cropped.batch(0..<1)["in"]?.shape == [1, 3, 3, 4])
        let tooLarge = try open(
            path, [InputRequirement(name: "in", elementType: .float32, shape: nil)], Preprocessing(crop: .side(9)))
        #expect(honeError { _ = try tooLarge.batch(0..<1) }.message.contains("crop"))
    }

    @Test func archivesFeedEveryInputAndHoldLabels() throws {
        let path = try folder.write("x.npz", Fixtures.storedNPZ)
        let data = try open(path, [InputRequirement(name: "in", elementType: .float32, shape: [nil, 3, 2])])
        #expect(data.count == 4 && data.labels == [1, 0, 2, 1])
        #expect(try data.batch(3..<4) == ["in": Tensor((18..<24).map { Float($0) }, shape: [1, 3, 2])])
        let two = try open(
            path,
            [
                InputRequirement(name: "x", elementType: .float32, shape: nil),
                InputRequirement(name: "y", elementType: .int32, shape: nil),
            ])
        #expect(two.labels == nil)
        #expect(try two.batch(0..<2)["y"] == Tensor([Int32(1), 0]))
        let missing = honeError {
            _ = try open(path, [InputRequirement(name: "x", elementType: nil, shape: nil), images])
        }
        #expect(missing.message.contains("'image'") && missing.message.contains("x, y"))
    }

    @Test func classFoldersGiveLabels() throws {
        _ = try folder.write("set/b/1.png", Fixtures.rgbPNG)
        _ = try folder.write("set/a/2.JPG", Fixtures.rgbJPEG)
        _ = try folder.write("set/a/10.png", Fixtures.palettePNG)
        _ = try folder.write("set/a/notes.txt", "no image")
        _ = try folder.write("set/.hidden/1.png", [1])
        let data = try open(folder.path + "/set", [images])
        #expect(data.classNames == ["a", "b"])
        // The classes take turns, so that the first samples are of every class: a/10, b/1, a/2.
        #expect(data.labels == [0, 1, 0])
        let feeds = try (0..<3).map { try data.batch($0..<($0 + 1))["image"] }
        let pixels = [Fixtures.palettePixels, Fixtures.rgbPixels, Fixtures.rgbJPEGPixels]
        #expect(feeds == pixels.map { planar($0) })
        #expect(try data.batch(0..<3)["image"]?.shape == [3, 3, 6, 8])
    }

    @Test func flatFoldersHaveNoLabelsAndDecodeLazily() throws {
        _ = try folder.write("set/a.png", Fixtures.rgbPNG)
        let broken = try folder.write("set/b.png", Array(Fixtures.rgbPNG.prefix(60)))
        let data = try open(folder.path + "/set", [images])
        #expect(data.count == 2 && data.labels == nil)
        #expect(try data.batch(0..<1)["image"] == planar(Fixtures.rgbPixels))
        let error = honeError { _ = try data.batch(0..<2) }
        #expect(error.file == broken && error.code == .malformedFile)
    }

    @Test func foldersThatAreAmbiguousOrHoldOtherImagesAreErrors() throws {
        _ = try folder.write("mixed/a.png", Fixtures.rgbPNG)
        _ = try folder.write("mixed/more/b.png", Fixtures.rgbPNG)
        #expect(honeError { _ = try open(folder.path + "/mixed", [images]) }.message.contains("beside"))
        let bitmap = try folder.write("other/a.bmp", [1])
        #expect(honeError { _ = try open(folder.path + "/other", [images]) }.file == bitmap)
    }

    @Test func wrongImageSizesTeach() throws {
        let path = try folder.write("a.png", Fixtures.rgbPNG)
        let input = InputRequirement(name: "in", elementType: .float32, shape: [nil, 3, 224, 224])
        let error = honeError { _ = try open(path, [input]).batch(0..<1) }
        #expect(error.file == path && error.remedy?.contains("--resize 224x224") == true)
        let gray = InputRequirement(name: "in", elementType: .uint8, shape: [nil, 1, nil, nil])
        #expect(try open(path, [gray]).batch(0..<1)["in"] == Tensor(Fixtures.grayPixels, shape: [1, 1, 6, 8]))
    }

    @Test func listsNameImagesAndLabels() throws {
        _ = try folder.write("pictures/one of two.png", Fixtures.rgbPNG)
        _ = try folder.write("pictures/b.jpg", Fixtures.rgbJPEG)
        let text = try folder.write("list.txt", "# comment\npictures/one of two.png 4\r\n\npictures/b.jpg\t0\n")
        let table = try folder.write("list.csv", "path,label\npictures/one of two.png,4\n\"pictures/b.jpg\", 0\n")
        for path in [text, table] {
            let data = try open(path, [images])
            #expect(data.labels == [4, 0] && data.classNames == nil)
            #expect(try data.batch(1..<2)["image"] == planar(Fixtures.rgbJPEGPixels))
        }
        let bare = try open(folder.write("bare.txt", "pictures/one of two.png\npictures/b.jpg"), [images])
        #expect(bare.count == 2 && bare.labels == nil)
        for (wrong, part) in [
            ("pictures/b.jpg 1\npictures/b.jpg\n", "line 2"), ("nothing.png", "does not exist"),
            ("pictures/b.jpg -1", "'-1'"),
        ] {
            let error = honeError { _ = try open(folder.write("wrong.txt", wrong), [images]) }
            #expect(error.message.contains(part) && error.file?.hasSuffix("wrong.txt") == true, "\(error)")
        }
    }

    @Test func labelFiles() throws {
        #expect(try Labels.read(path: folder.write("y.npy", npy("|u1", shape: "(3, 1)", [2, 0, 1]))) == [2, 0, 1])
        #expect(try Labels.read(path: folder.write("y.txt", "2\n0\n 1\n")) == [2, 0, 1])
        for (name, contents) in [
            ("a.npy", npy("<f4", shape: "(1,)", bytes([Float(1)]))), ("b.npy", npy("|i1", shape: "(1,)", [0xFF])),
            ("c.npy", npy("|u1", shape: "(1, 2)", [1, 2])), ("d.txt", Array("one".utf8)), ("e.txt", []), ("f.bin", [1]),
            ("g.npy", npy("<u8", shape: "(1,)", bytes([UInt64.max]))),
        ] {
            let path = try folder.write(name, contents)
            #expect(honeError { _ = try Labels.read(path: path) }.file == path, "\(name)")
        }
        let data = try open(
            folder.write("x.npy", npy("|u1", shape: "(2, 1)", [1, 2])),
            [InputRequirement(name: "in", elementType: .float32, shape: nil)])
        #expect(try data.labeled([1, 0]).labels == [1, 0])
        #expect(honeError { _ = try data.labeled([1]) }.message.contains("1 labels"))
    }

    @Test func testSetsAreJoinedAlongAnOpenBatchAxis() throws {
        for (index, rows) in [2, 1].enumerated() {
            let tensor = Tensor((0..<(rows * 2)).map { Float($0 + 10 * index) }, shape: [rows, 2])
            _ = try folder.write("test_data_set_\(index)/input_0.pb", TensorFile.serialize(name: "in", tensor: tensor))
        }
        let input = InputRequirement(name: "in", elementType: .float32, shape: [nil, 2])
        let data = try open(folder.path, [input])
        #expect(data.count == 3 && data.requiredBatchSize == nil)
        #expect(try data.batch(1..<3) == ["in": Tensor([Float(2), 3, 10, 11], shape: [2, 2])])
        #expect(try open(folder.path + "/test_data_set_1", [input]).count == 1)
        let fixed = try open(folder.path, [InputRequirement(name: "in", elementType: .float32, shape: [2, 2])])
        #expect(fixed.count == 2 && fixed.requiredBatchSize == 1)
        #expect(try fixed.batch(0..<1)["in"]?.shape == [2, 2])
        #expect(honeError { _ = try fixed.batch(0..<2) }.remedy?.contains("batch size of 1") == true)
        #expect(honeError { _ = try open(folder.path, [input, images]) }.message.contains("'image'"))
        #expect(honeError { _ = try open(folder.path, [input], Preprocessing(div: 2)) }.code == .invalidOption)
        _ = try folder.write("test_data_set_1/input_0.pb", [0xFF, 0xFF])
        #expect(honeError { _ = try open(folder.path, [input]) }.file?.hasSuffix("input_0.pb") == true)
    }
}
