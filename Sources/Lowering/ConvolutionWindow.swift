import ModelGraph

/// The window of a convolution or a pool over rows and columns; over one spatial dimension there is one row.
package struct ConvolutionWindow: Sendable, Hashable {
    /// One number for each of the two dimensions.
    package struct Extent: Sendable, Hashable {
        package var row: Int
        package var column: Int

        package init(row: Int, column: Int) {
            self.row = row
            self.column = column
        }
    }

    /// Taps of the kernel.
    package var kernel: Extent
    package var strides: Extent
    package var dilations: Extent
    /// Rows and columns of padding before the image.
    package var pads: Extent

    /// - Parameter pads: rows and columns before the image.
    package init(kernel: Extent, strides: Extent, dilations: Extent, pads: Extent) {
        (self.kernel, self.strides, self.dilations, self.pads) = (kernel, strides, dilations, pads)
    }

    /// - Parameter window: over one or two spatial dimensions.
    package init(_ window: SlidingWindow) {
        func extent(_ values: [Int], absent: Int) -> Extent {
            Extent(row: values.count == 2 ? values[0] : absent, column: values[values.count - 1])
        }
        kernel = extent(window.kernel, absent: 1)
        strides = extent(window.strides, absent: 1)
        dilations = extent(window.dilations, absent: 1)
        pads = extent(window.padsBegin, absent: 0)
    }
}
