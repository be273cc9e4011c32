import COnnx
import Tensors

/// Reads a TensorProto's elements, wherever they are.
///
/// Integers of 4 bits become int8 or uint8. Everything is counted before memory is taken: a file of a few bytes may claim a tensor of 2^60 elements.
///
/// - Parameters:
///   - label: what errors call the tensor.
///   - folder: where external data may lie; nil refuses it.
func readTensor(_ proto: OpaquePointer, label: String, folder: String?) throws(HoneError) -> Tensor {
    let code = onnx_tensor_element_type(proto)
    let packed = FourBitTensor.stored(code)
    guard let elementType = ElementType(rawValue: code) ?? packed else {
        throw HoneError(
            .unsupported, "\(label) has element type \(ElementType.name(ofONNXCode: code)), which Hone does not read")
    }
    guard !onnx_tensor_has_segment(proto) else {
        throw HoneError(.unsupported, "\(label) is stored in segments, which Hone does not read")
    }
    var rank = 0
    let dims = onnx_tensor_dims(proto, &rank)
    let shape = UnsafeBufferPointer(start: dims, count: rank).map { Int($0) }
    let type: TensorType
    do throws(HoneError) {
        type = try TensorType.validated(elementType, shape)
    } catch {
        throw HoneError(error.code, "\(label): \(error.message)")
    }
    if packed != nil {
        let bytes = try readElements(proto, FourBitTensor.packedType(shape), label: label, folder: folder)
        try MemoryLimit.check(type.byteCount, for: label)
        return FourBitTensor.unpack(bytes, to: type)
    }
    var tensor = try readElements(proto, type, label: label, folder: folder)
    if elementType == .bool { normalizeTruthValues(&tensor) }
    return tensor
}

private func readElements(
    _ proto: OpaquePointer, _ type: TensorType, label: String, folder: String?
) throws(HoneError) -> Tensor {
    guard onnx_tensor_is_external(proto) else { return try readStoredElements(proto, type, label: label) }
    return try ExternalData(of: proto, label: label).read(type, folder: folder)
}

private func readStoredElements(
    _ proto: OpaquePointer, _ type: TensorType, label: String
) throws(HoneError) -> Tensor {
    let rawSize = onnx_tensor_raw_size(proto)
    let typedCount = onnx_tensor_typed_count(proto)
    guard rawSize == 0 || typedCount == 0 else {
        throw HoneError(.invalidModel, "\(label) holds its elements twice, raw and typed")
    }
    if rawSize != 0 {
        guard rawSize == type.byteCount else {
            throw HoneError(.invalidModel, "\(label) holds \(rawSize) bytes, but \(type) takes \(type.byteCount)")
        }
    } else {
        guard typedCount == type.elementCount else {
            throw HoneError(
                .invalidModel, "\(label) holds \(typedCount) elements, but \(type) takes \(type.elementCount)")
        }
    }
    var tensor = Tensor(zeros: type)
    let areInRange = tensor.withUnsafeMutableBytes { onnx_tensor_copy_elements(proto, $0.baseAddress) }
    guard areInRange else {
        throw HoneError(.invalidModel, "\(label) holds a number outside the range of \(type.elementType)")
    }
    return tensor
}

/// Makes every byte but 0 a 1: kernels may rely on it.
private func normalizeTruthValues(_ tensor: inout Tensor) {
    tensor.withUnsafeMutableBytes { bytes in
        for index in bytes.indices where bytes[index] > 1 { bytes[index] = 1 }
    }
}
