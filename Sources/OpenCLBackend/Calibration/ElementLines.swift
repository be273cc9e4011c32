import Lowering
import Runtime
import Tensors

/// Where the elements of a float value lie, for kernels that read each of them once: for each sample groups x rows lines of
/// `width` neighbours. Distances are in elements.
package struct ElementLines: Sendable, Hashable {
    /// The most samples that the last dimension of a launch takes on every device.
    static let maximumSamples = 65_535

    let samples: Int
    let channels: Int32
    let groups: Int32
    let rows: Int32
    let width: Int32
    let origin: Int32
    let row: Int32
    let group: Int32
    let image: Int64

    /// Lines of one sample.
    var count: Int { Int(groups) * Int(rows) }
    /// Places that a kernel looks at, lanes past the channels among them.
    var placeCount: Int { samples * count * Int(width) }

    /// Elements that follow each other, `samples` equally large samples; nil where sizes exceed what kernels take.
    package init?(rowMajor elementCount: Int, samples: Int) {
        guard samples > 0, samples <= ElementLines.maximumSamples, elementCount % samples == 0,
            elementCount <= UInt32.max, let width = Int32(exactly: elementCount / samples)
        else { return nil }
        self.samples = samples
        (channels, groups, rows, self.width) = (.max, 1, 1, width)
        (origin, row, group, image) = (0, 0, 0, Int64(width))
    }

    /// A value of 32-bit elements in blocked layout, a sample for each image; nil where sizes exceed what kernels take.
    package init?(blocked shape: BlockedShape) {
        precondition(shape.elementBytes == 4)
        let isWhole = shape.layout.channelsPerPixel == BlockedLayout.groupChannels
        guard shape.images > 0, shape.images <= ElementLines.maximumSamples,
            // Lanes past C take no part; where pixels are packed there are none.
            let channels = isWhole ? Int32(exactly: shape.channels) : .max,
            let groups = Int32(exactly: shape.groups), let rows = Int32(exactly: shape.height),
            let width = Int32(exactly: shape.width * shape.layout.channelsPerPixel),
            let origin = Int32(exactly: shape.originBytes / 4), let row = Int32(exactly: shape.rowBytes / 4),
            let group = Int32(exactly: shape.groupBytes / 4), Int32(exactly: shape.imageBytes / 4) != nil,
            shape.byteCount / 4 <= UInt32.max
        else { return nil }
        samples = shape.images
        (self.channels, self.groups, self.rows, self.width) = (channels, groups, rows, width)
        (self.origin, self.row, self.group, image) = (origin, row, group, Int64(shape.imageBytes / 4))
    }

    /// What min_max.cl and histogram.cl take behind their buffers.
    var arguments: [KernelArgument] {
        [channels, groups, rows, width, origin, row, group].map { .int32($0) } + [.int64(image)]
    }

    /// Work-groups along a line, and groups that share the lines, such that all samples together have about `total`.
    func workGroups(total: Int, items: Int) -> (alongLine: Int, acrossLines: Int) {
        let each = max(1, total / samples)
        let across = min(max(count, 1), each)
        let along = min(max(1, (Int(width) + items - 1) / items), max(1, each / across))
        return (along, across)
    }
}
