import Runtime
import Tensors

/// Where the elements of a value lie, as kernels take it: distances in elements.
struct ElementPlaces: Sendable, Hashable {
    /// From the value's first element to pixel (0, 0).
    var origin: Int
    var row: Int
    /// From a group of channels to the next; row-major, from a channel to the next.
    var group: Int
    var image: Int

    init(origin: Int, row: Int, group: Int, image: Int) {
        (self.origin, self.row, self.group, self.image) = (origin, row, group, image)
    }

    init(_ shape: BlockedShape) {
        self.init(
            origin: shape.originBytes / shape.elementBytes, row: shape.rowBytes / shape.elementBytes,
            group: shape.groupBytes / shape.elementBytes, image: shape.imageBytes / shape.elementBytes)
    }

    /// Three distances as `int`, that of images as `long`.
    ///
    /// - Throws: `.unsupported` if one does not fit.
    func arguments() throws(HoneError) -> [KernelArgument] {
        [try .int(origin), try .int(row), try .int(group), .int64(Int64(image))]
    }
}

extension KernelArgument {
    /// An `int`.
    ///
    /// - Throws: `.unsupported` if the number does not fit.
    static func int(_ value: Int) throws(HoneError) -> KernelArgument {
        guard let value = Int32(exactly: value) else {
            throw HoneError(.unsupported, "a distance of \(value) elements does not fit a kernel's 32 bits")
        }
        return .int32(value)
    }
}

extension TensorType {
    /// Whether there is something to compute, and a kernel's `int` counts all of it, with what blocks and tiles add.
    var isCountableInTiles: Bool { elementCount > 0 && elementCount < 1 << 30 }
}
