import ModelGraph
import Tensors

extension Mul: BinaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.product(a, b)
    }
}
