import Tensors

extension TensorType {
    /// Whether blocked layouts hold it: `[N, C, H, W]` or `[N, C, W]` of 8-bit or 32-bit elements.
    package var isImage: Bool { (rank == 3 || rank == 4) && [1, 4].contains(elementType.byteCount) }
}
