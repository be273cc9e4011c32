import Tensors

extension ElementType {
    /// How OpenCL C calls the compute type, and whether it is floating; a bool is a byte. Nil for types that kernels never see.
    var kernelElement: (name: String, isFloat: Bool)? {
        switch self {
        case .float32: ("float", true)
        case .uint8, .bool: ("uchar", false)
        case .int8: ("char", false)
        case .uint16: ("ushort", false)
        case .int16: ("short", false)
        case .uint32: ("uint", false)
        case .int32: ("int", false)
        case .uint64: ("ulong", false)
        case .int64: ("long", false)
        case .float16, .bfloat16, .float64: nil
        }
    }

    /// The defines that name it.
    var kernelDefines: [String: String] {
        guard let element = kernelElement else { preconditionFailure("\(self) on a device") }
        return ["ELEMENT": element.name, "IS_FLOAT": element.isFloat ? "1" : "0"]
    }
}
