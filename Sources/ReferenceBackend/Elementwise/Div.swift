import ModelGraph
import Tensors

extension Div: BinaryKernel {
    @inline(__always) package static func apply<Number: KernelNumber>(_ a: Number, _ b: Number) -> Number {
        Number.quotient(a, b)
    }
}
