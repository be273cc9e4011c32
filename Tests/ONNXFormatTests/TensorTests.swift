import ModelGraph
import ONNXFormat
import Tensors
import Testing

@Suite("Tensors in model files")
struct TensorTests {
    private func read(_ tensor: Wire) throws(HoneError) -> Tensor? {
        try ONNXReader.read(bytes: Wire.model(Wire().message(5, tensor)), folder: nil).initializers["t"]
    }

    private func error(_ tensor: Wire) -> HoneError? { readingError(Wire.model(Wire().message(5, tensor))) }

    @Test("small integers are read from int32_data")
    func smallIntegers() throws {
        let values: [Int64] = [0, 1, 127]
        let tensor = { (type: Int64) in Wire.tensor("t", type: type, dims: [3]).packed(5, values) }
        #expect(try read(tensor(2)) == Tensor([0, 1, 127] as [UInt8]))
        #expect(try read(tensor(3)) == Tensor([0, 1, 127] as [Int8]))
        #expect(try read(tensor(4)) == Tensor([0, 1, 127] as [UInt16]))
        #expect(try read(tensor(5)) == Tensor([0, 1, 127] as [Int16]))
        #expect(try read(tensor(6)) == Tensor([0, 1, 127] as [Int32]))
        #expect(try read(Wire.tensor("t", type: 3, dims: [1]).packed(5, [-128])) == Tensor([-128] as [Int8]))
        let half = try read(Wire.tensor("t", type: 10, dims: [2]).packed(5, [0x3C00, 0xC000]))
        #expect(half == Tensor([1, -2] as [Float16]))
        let truth = try #require(try read(Wire.tensor("t", type: 9, dims: [3]).packed(5, [0, 1, 2])))
        #expect(truth.withUnsafeBytes { Array($0) } == [0, 1, 1])
    }

    @Test("large numbers are read from their own fields")
    func largeNumbers() throws {
        #expect(try read(Wire.tensor("t", type: 7, dims: []).packed(7, [.min])) == Tensor(scalar: Int64.min))
        #expect(try read(Wire.tensor("t", type: 13, dims: [1]).packed(11, [-1])) == Tensor([UInt64.max]))
        #expect(try read(Wire.tensor("t", type: 12, dims: [1]).packed(11, [7])) == Tensor([7] as [UInt32]))
        let float = Wire.tensor("t", dims: [1]).bytes(4, [0, 0, 0x80, 0x3F])
        #expect(try read(float) == Tensor([1] as [Float]))
        let double = Wire.tensor("t", type: 11, dims: [1]).bytes(10, [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
        #expect(try read(double) == Tensor([1] as [Double]))
    }

    @Test(
        "numbers outside an element type are refused",
        arguments: [
            (2, 256), (2, -1), (3, 128), (4, 65536), (5, 40000), (10, 65536),
        ])
    func range(type: Int64, value: Int64) {
        #expect(error(Wire.tensor("t", type: type, dims: [1]).packed(5, [value]))?.code == .invalidModel)
    }

    @Test("counts that contradict the shape are refused before memory is taken")
    func counts() {
        #expect(error(Wire.tensor("t", dims: [2]).bytes(9, [0, 0, 0, 0]))?.message.contains("holds 4 bytes") == true)
        #expect(error(Wire.tensor("t", type: 6, dims: [2]).packed(5, [1]))?.message.contains("1 elements") == true)
        #expect(error(Wire.tensor("t", dims: []))?.code == .invalidModel)
        #expect(error(Wire.tensor("t", dims: [-1]))?.message.contains("'t'") == true)
        // 2^60 elements, an overflowing product, and as many as the limit allows: none may be allocated.
        for dims: [Int64] in [[1 << 30, 1 << 30], [.max, .max], [1 << 38], [3, .max / 2]] {
            #expect(error(Wire.tensor("t", dims: dims))?.code == .invalidModel, "\(dims)")
        }
        // Empty whatever the other dimensions are.
        #expect(error(Wire.tensor("t", dims: [0, .max, .max])) == nil)
        let twice = Wire.tensor("t", type: 6, dims: [1]).packed(5, [1]).bytes(9, [0, 0, 0, 0])
        #expect(error(twice)?.message.contains("twice") == true)
        #expect(error(Wire.tensor("t", dims: [0]).message(3, Wire().number(1, 0)))?.code == .unsupported)
    }

    @Test("a tensor file holds every element type", arguments: ElementType.allCases)
    func tensorFile(type: ElementType) throws {
        let folder = try TemporaryFolder()
        var tensor = Tensor(zeros: TensorType(type, [2, 3]))
        tensor.withUnsafeMutableBytes { bytes in
            for index in bytes.indices { bytes[index] = type == .bool ? UInt8(index & 1) : UInt8(index * 37 & 0xFF) }
        }
        let path = try folder.write("tensor.pb", try TensorFile.serialize(name: "input", tensor: tensor))
        let read = try TensorFile.readProtobuf(path: path)
        #expect(read.name == "input")
        #expect(read.tensor == tensor)
    }

    @Test("a tensor file that is none names the file")
    func brokenTensorFile() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("tensor.pb", [0xFF, 0xFF])
        let error = #expect(throws: HoneError.self) { try TensorFile.readProtobuf(path: path) }
        #expect(error?.code == .malformedFile)
        #expect(error?.file == path)
    }
}
