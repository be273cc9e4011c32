/// Protobuf bytes made by hand: what no writer of ours would produce.
struct Wire {
    private(set) var bytes: [UInt8] = []

    /// A number field (wire type 0); negative numbers take ten bytes, as in protobuf.
    func number(_ field: Int, _ value: Int64) -> Wire { appended(Wire.varint(field << 3), Wire.varint(value)) }

    /// A length-delimited field (wire type 2).
    func bytes(_ field: Int, _ content: [UInt8]) -> Wire {
        appended(Wire.varint(field << 3 | 2), Wire.varint(content.count), content)
    }

    func text(_ field: Int, _ content: String) -> Wire { bytes(field, Array(content.utf8)) }
    func message(_ field: Int, _ content: Wire) -> Wire { bytes(field, content.bytes) }

    /// Numbers packed into one length-delimited field.
    func packed(_ field: Int, _ values: [Int64]) -> Wire { bytes(field, values.flatMap { Wire.varint($0) }) }

    private func appended(_ parts: [UInt8]...) -> Wire {
        var copy = self
        for part in parts { copy.bytes += part }
        return copy
    }

    private static func varint(_ value: some BinaryInteger) -> [UInt8] {
        var rest = UInt64(truncatingIfNeeded: value)
        var bytes: [UInt8] = []
        repeat {
            let low = UInt8(rest & 0x7F)
            rest >>= 7
            bytes.append(rest == 0 ? low : low | 0x80)
        } while rest != 0
        return bytes
    }

    // MARK: ONNX messages (field numbers of onnx.proto)

    /// A ModelProto with opset 13 around a GraphProto.
    static func model(_ graph: Wire, irVersion: Int64 = 8, opsets: [(String, Int64)] = [("", 13)]) -> [UInt8] {
        var model = Wire().number(1, irVersion)
        for (domain, version) in opsets { model = model.message(8, Wire().text(1, domain).number(2, version)) }
        return model.message(7, graph).bytes
    }

    /// A TensorProto without data.
    static func tensor(_ name: String, type: Int64 = 1, dims: [Int64]) -> Wire {
        dims.reduce(Wire()) { $0.number(1, $1) }.number(2, type).text(8, name)
    }

    /// A TensorProto whose data is elsewhere.
    static func external(_ name: String, dims: [Int64], _ entries: [(String, String)]) -> Wire {
        entries.reduce(tensor(name, dims: dims)) { $0.message(13, Wire().text(1, $1.0).text(2, $1.1)) }.number(14, 1)
    }

    /// A ValueInfoProto of a tensor type.
    static func value(_ name: String, type: Int64 = 1, dims: [Int64]) -> Wire {
        let shape = dims.reduce(Wire()) { $0.message(1, Wire().number(1, $1)) }
        return Wire().text(1, name).message(2, Wire().message(1, Wire().number(1, type).message(2, shape)))
    }

    /// A NodeProto.
    static func node(_ type: String, _ inputs: [String], _ outputs: [String]) -> Wire {
        outputs.reduce(inputs.reduce(Wire()) { $0.text(1, $1) }) { $0.text(2, $1) }.text(4, type)
    }
}
