import ModelGraph
import Tensors

extension Add: BinaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.sum(a, b)
    }
}
