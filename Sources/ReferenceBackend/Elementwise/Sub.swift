import ModelGraph
import Tensors

extension Sub: BinaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.difference(a, b)
    }
}
