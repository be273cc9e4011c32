import Runtime

extension BlockedShape {
    /// From the value's first byte to pixel (`row`, 0) of a group.
    package func offset(image: Int, group: Int, row: Int = 0) -> Int {
        originBytes + image * imageBytes + group * groupBytes + row * rowBytes
    }

    /// Channels that a group holds; fewer than a pixel has lanes in the last one.
    package func lanes(of group: Int) -> Int {
        min(channels - group * layout.channelsPerPixel, layout.channelsPerPixel)
    }
}
