import COnnx
import Files
import Tensors

/// Files that hold one TensorProto, as in ONNX's `test_data_set_*` folders.
package enum TensorFile {
    /// Reads a tensor file.
    ///
    /// - Throws: `.fileAccess`, `.malformedFile`, `.invalidModel` or `.unsupported`, naming the file.
    package static func readProtobuf(path: String) throws(HoneError) -> (name: String, tensor: Tensor) {
        do throws(HoneError) {
            let file = try InputFile(path: path)
            let message = try Message.parse(ONNX_TENSOR, file)
            let name = try onnx_tensor_name(message.handle).text("the tensor's name")
            let tensor = try readTensor(message.handle, label: "tensor '\(name)'", folder: folder(ofPath: path))
            return (name, tensor)
        } catch {
            throw error.inFile(path)
        }
    }

    /// The bytes of a tensor file.
    package static func serialize(name: String, tensor: Tensor) throws(HoneError) -> [UInt8] {
        var bytes: [UInt8] = []
        let field = try TensorField(name: name, tensor: tensor, envelope: nil, external: nil)
        try field.write(to: &bytes)
        return bytes
    }
}
