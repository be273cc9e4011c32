import Lowering
import Runtime
import Tensors

/// Where the elements of an image lie in memory, in elements: what `DISTANCES` of `elements.clh` stands for.
struct ElementDistances {
    /// From the value's first element to pixel (0, 0).
    var origin = 0
    /// From row to row.
    var row = 0
    /// From group to group of channels; from channel to channel in row-major order.
    var group = 0
    /// From image to image.
    var image = 0

    /// All zero: one pixel for every place.
    init() {}

    /// Those of a blocked value.
    init(_ shape: BlockedShape) {
        let size = shape.elementBytes
        origin = shape.originBytes / size
        row = shape.rowBytes / size
        group = shape.groupBytes / size
        image = shape.imageBytes / size
    }

    /// Those of a packed value `[N, C, H, W]` or `[N, C, W]`.
    init(rowMajor type: TensorType) {
        precondition(type.isImage)
        row = type.shape[type.rank - 1]
        group = type.rank == 4 ? type.shape[2] * row : row
        image = type.shape[1] * group
    }

    /// Those of a value as it lies.
    init(_ value: StepOperands.Value) {
        if let shape = value.blocked { self.init(shape) } else { self.init(rowMajor: value.type) }
    }

    /// - Throws: `.unsupported` where one is too large for a kernel.
    func arguments() throws(HoneError) -> [KernelArgument] {
        [try .integer(origin), try .integer(row), try .integer(group), .int64(Int64(image))]
    }
}
