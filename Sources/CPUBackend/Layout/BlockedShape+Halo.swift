import CMicrokernels
import Runtime

extension BlockedShape {
    /// Fills the halo of some groups of one image; whoever stores a group's pixels does this too.
    ///
    /// - Parameter value: the value's first byte.
    func fillHalo(of value: UnsafeMutableRawPointer, image: Int, groups: Range<Int>) {
        guard layout.halo != .none, !groups.isEmpty else { return }
        mk_fill_halo(
            value + image * imageBytes + groups.lowerBound * groupBytes, groups.count, groupBytes, height, rowBytes,
            layout.halo.top, layout.halo.bottom, layout.halo.left * pixelBytes, layout.halo.right * pixelBytes,
            layout.haloByte)
    }
}
