import ModelGraph
import ONNXFormat
import Tensors
import Testing

@Suite("Integers of 4 bits")
struct FourBitTests {
    private static let (unsigned, signed): (Int64, Int64) = (21, 22)

    /// A model that dequantizes a constant of 4-bit integers.
    private func model(
        _ type: Int64, dims: [Int64], _ fill: (Wire) -> Wire, reader: String = "DequantizeLinear", input: Int = 0
    ) -> [UInt8] {
        let names = input == 0 ? ["w", "s"] : ["s", "w"]
        let scale = Wire.tensor("s", dims: []).bytes(9, [0, 0, 0x80, 0x3F])
        return Wire.model(
            Wire().message(1, Wire.node(reader, names, ["y"])).message(
                5, fill(Wire.tensor("w", type: type, dims: dims))
            )
            .message(5, scale).message(12, Wire.value("y", dims: dims)), irVersion: 10, opsets: [("", 21)])
    }

    private func weights(_ bytes: [UInt8]) throws -> Tensor? {
        try ONNXReader.read(bytes: bytes, folder: nil).initializers["w"]
    }

    @Test("two lie in a byte, the first in the low half")
    func unpacking() throws {
        let bytes: [UInt8] = [0x80, 0xF7, 0x3]
        #expect(
            try weights(model(Self.signed, dims: [5]) { $0.bytes(9, bytes) }) == Tensor([0, -8, 7, -1, 3] as [Int8]))
        #expect(
            try weights(model(Self.unsigned, dims: [1, 5]) { $0.bytes(9, bytes) })
                == Tensor([0, 8, 7, 15, 3] as [UInt8], shape: [1, 5]))
        // int32_data holds a packed byte in each number.
        #expect(
            try weights(model(Self.signed, dims: [5]) { $0.packed(5, [0x80, 0xF7, 0x3]) })
                == Tensor([0, -8, 7, -1, 3] as [Int8]))
        #expect(try weights(model(Self.signed, dims: [0]) { $0 })?.elementCount == 0)
    }

    @Test("lengths that do not fit are refused", arguments: [[5], [7], [1 << 39], [1 << 62, 4], [-2]] as [[Int64]])
    func lengths(dims: [Int64]) {
        let count = dims == [5] ? 2 : 3
        for type in [Self.signed, Self.unsigned] {
            let code = readingError(model(type, dims: dims) { $0.bytes(9, [UInt8](repeating: 1, count: count)) })?.code
            #expect(code == .invalidModel)
        }
        #expect(readingError(model(Self.signed, dims: [4]) { $0.packed(5, [1, 256]) })?.code == .invalidModel)
    }

    @Test("what is not weights is refused", arguments: [("Add", 0), ("DequantizeLinear", 1), ("QuantizeLinear", 0)])
    func uses(reader: String, input: Int) {
        let bytes = model(Self.signed, dims: [4], { $0.bytes(9, [1, 2]) }, reader: reader, input: input)
        #expect(readingError(bytes)?.code == .unsupported)
    }
}
