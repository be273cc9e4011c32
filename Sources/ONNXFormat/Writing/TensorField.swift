import COnnx
import Files
import Tensors

/// A TensorProto on its way to a file: everything but the elements serialized, the elements where they are.
struct TensorField {
    private let tensor: Tensor
    /// The message without `raw_data`.
    private let header: [UInt8]
    /// The key and length of `raw_data`; empty where the elements are elsewhere, or there are none.
    private let rawHeader: [UInt8]

    /// Where a tensor's bytes are in another file.
    struct External {
        let location: String
        let offset: Int
    }

    /// - Parameter envelope: a TensorProto with the doc string and unknown fields to keep.
    init(name: String, tensor: Tensor, envelope: [UInt8]?, external: External?) throws(HoneError) {
        let message = try Message.parse(ONNX_TENSOR, envelope: envelope ?? [])
        try setType(message.handle, name: name, tensor)
        if let external {
            let entries = [
                ("location", external.location), ("offset", "\(external.offset)"),
                ("length", "\(tensor.type.byteCount)"),
            ]
            for (key, value) in entries {
                let isAdded = key.lent { key in value.lent { onnx_tensor_add_external(message.handle, key, $0) } }
                try expectMemory(isAdded)
            }
        }
        self.tensor = tensor
        header = try serialized(message.handle)
        let byteCount = tensor.type.byteCount
        rawHeader = external == nil && byteCount > 0 ? fieldHeader(9, byteCount: byteCount) : []
    }

    /// Bytes that the message takes.
    var byteCount: Int { header.count + (rawHeader.isEmpty ? 0 : rawHeader.count + tensor.type.byteCount) }

    func write<Sink: ByteSink & ~Copyable>(to sink: inout Sink) throws(HoneError) {
        try sink.append(header)
        if rawHeader.isEmpty { return }
        try sink.append(rawHeader)
        try tensor.withUnsafeBytes { bytes throws(HoneError) in try sink.append(bytes) }
    }
}

/// Gives a TensorProto its name, element type and dimensions.
func setType(_ proto: OpaquePointer, name: String, _ tensor: Tensor) throws(HoneError) {
    let dims = tensor.shape.map { Int64($0) }
    try expectMemory(name.lent { onnx_tensor_set(proto, $0, tensor.elementType.rawValue, dims, dims.count) })
}
