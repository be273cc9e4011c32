import Runtime

/// Where a convolution's taps lie in a blocked float value, from an output pixel's origin.
package struct BlockedOffsets {
    package let shape: BlockedShape
    package let dilations: [Int]

    /// - Parameter dilations: of rows and of columns.
    package init(shape: BlockedShape, dilations: [Int]) {
        self.shape = shape
        self.dilations = dilations
    }

    /// Floats from the origin, tap (0, 0) of channel 0, to a tap.
    package func floats(to tap: ConvF32BlockLists.Tap) -> Int {
        let (group, lane) = Int(tap.channel).quotientAndRemainder(dividingBy: shape.layout.channelsPerPixel)
        let bytes =
            group * shape.groupBytes + Int(tap.row) * dilations[0] * shape.rowBytes + Int(tap.column) * dilations[1]
            * shape.pixelBytes
        return bytes / 4 + lane
    }
}
