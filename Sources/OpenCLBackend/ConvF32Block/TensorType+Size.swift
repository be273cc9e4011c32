import Tensors

extension TensorType {
    /// Whether there is something to compute, and a kernel's `int` counts all of it, with what blocks and tiles add.
    var suitsKernels: Bool { elementCount > 0 && elementCount < 1 << 30 }
}
