import Tensors

/// Elements around an image that hold a value's zero, so that a convolution's padding is data.
package struct Halo: Sendable, Hashable {
    package var top = 0
    package var left = 0
    package var bottom = 0
    package var right = 0

    package static let none = Halo()

    package init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
        self.top = top
        self.left = left
        self.bottom = bottom
        self.right = right
    }

    /// The least halo that holds both.
    package func union(_ other: Halo) -> Halo {
        Halo(
            top: max(top, other.top), left: max(left, other.left), bottom: max(bottom, other.bottom),
            right: max(right, other.right))
    }
}

/// nChw16c with a halo: `[N][C / 16][top + H + bottom][left + W + right][16]`, the layout of vector kernels.
///
/// The 16 channels of a pixel are neighbours in memory; channels past C, and the halo, hold the value's zero (its zero point
/// where it is quantized). 8-bit values are uint8 here, whatever their type says: an int8 is stored with its top bit flipped.
/// An image of few channels may be packed closer: with `channelsPerPixel == C` there is one group of pixels of C channels.
package struct BlockedLayout: Sendable, Hashable {
    /// Channels of a group, where a pixel does not hold fewer.
    package static let groupChannels = 16

    package var halo: Halo
    /// 16, or the number of channels where pixels are packed.
    package var channelsPerPixel: Int
    /// Every byte of the halo: the zero point of the convolutions that read the value, 0 for floats.
    package var haloByte: UInt8

    package init(
        halo: Halo = .none, channelsPerPixel: Int = BlockedLayout.groupChannels, haloByte: UInt8 = 0
    ) {
        self.halo = halo
        self.channelsPerPixel = channelsPerPixel
        self.haloByte = haloByte
    }
}

/// Where the elements of one value lie in a blocked layout. All distances are in bytes.
package struct BlockedShape: Sendable, Hashable {
    package let images: Int
    package let channels: Int
    package let height: Int
    package let width: Int
    package let layout: BlockedLayout
    /// Bytes of an element: 1 or 4.
    package let elementBytes: Int

    /// Kernels may read this far beyond a value's last pixel, as when they load four bytes of a pixel of three.
    package static let slack = 64

    /// The shape `[N, C, H, W]`, or `[N, C, W]` with one row, of 8-bit or 32-bit elements; nil for any other type.
    package init?(_ type: TensorType, _ layout: BlockedLayout) {
        guard type.rank == 4 || type.rank == 3, [1, 4].contains(type.elementType.byteCount) else { return nil }
        images = type.shape[0]
        channels = type.shape[1]
        height = type.rank == 4 ? type.shape[2] : 1
        width = type.shape[type.rank - 1]
        self.layout = layout
        elementBytes = type.elementType.byteCount
    }

    package var groups: Int { (channels + layout.channelsPerPixel - 1) / layout.channelsPerPixel }
    package var pixelBytes: Int { layout.channelsPerPixel * elementBytes }
    package var rowBytes: Int { (layout.halo.left + width + layout.halo.right) * pixelBytes }

    /// From a group of channels to the next. Not a multiple of 1 KiB: groups that far apart would share few cache sets.
    package var groupBytes: Int {
        let bytes = (layout.halo.top + height + layout.halo.bottom) * rowBytes
        return bytes > 0 && bytes % 1024 == 0 ? bytes + 64 : bytes
    }

    package var imageBytes: Int { groups * groupBytes }
    package var byteCount: Int { images * imageBytes + BlockedShape.slack }

    /// From the value's first byte to pixel (0, 0) of the first image and group.
    package var originBytes: Int { layout.halo.top * rowBytes + layout.halo.left * pixelBytes }
}
