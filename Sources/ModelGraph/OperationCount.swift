import Tensors

/// Where an operator's multiply-accumulates come from.
package enum MultiplyAccumulateRule: Sendable {
    /// Every output element sums over the input channels of its group and over the kernel: `[M, C / group, kernel...]`.
    case convolution(weight: Int)
    /// Every input element is scattered over the output channels of its group and over the kernel.
    case transposedConvolution(weight: Int)
    /// Every output element sums over the inner dimension of the left operand.
    case product(transposesLeft: Bool)
}

/// An operator whose work is multiply-accumulates.
package protocol MultiplyAccumulating: Operator {
    var multiplyAccumulateRule: MultiplyAccumulateRule { get }
}

extension MultiplyAccumulating {
    /// Multiply-accumulates of one application, counting taps on padding as the usual convention does.
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        guard let left = inputs.first, let output = outputs.first ?? nil else { return 0 }
        func weight(_ index: Int) -> TensorType? {
            guard index < inputs.count, let weight = inputs[index], weight.rank >= 2 else { return nil }
            return weight
        }
        switch multiplyAccumulateRule {
        case .convolution(let index):
            guard let weight = weight(index) else { return 0 }
            return saturatingProduct([output.elementCount] + weight.shape[1...])
        case .transposedConvolution(let index):
            guard let left, let weight = weight(index) else { return 0 }
            return saturatingProduct([left.elementCount] + weight.shape[1...])
        case .product(let transposesLeft):
            guard let left, let last = left.shape.last else { return 0 }
            return saturatingProduct([output.elementCount, transposesLeft && left.rank == 2 ? left.shape[0] : last])
        }
    }
}

/// Sizes come from files: what cannot be counted is the largest number.
private func saturatingProduct(_ factors: [Int]) -> Int {
    if factors.contains(0) { return 0 }
    return factors.reduce(1) { product, factor in
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        return overflow ? Int.max : next
    }
}

extension Conv: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .convolution(weight: 1) }
}

extension ConvInteger: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .convolution(weight: 1) }
}

extension QLinearConv: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .convolution(weight: 3) }
}

extension ConvTranspose: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .transposedConvolution(weight: 1) }
}

extension Gemm: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: transposesA) }
}

extension QGemm: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: transposesA) }
}

extension MatMul: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: false) }
}

extension MatMulInteger: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: false) }
}

extension MatMulIntegerToFloat: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: false) }
}

extension DynamicQuantizeMatMul: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: false) }
}

extension QLinearMatMul: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { .product(transposesLeft: false) }
}

// What is fused behind an operator multiplies nothing.

extension FusedConv: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { base.multiplyAccumulateRule }
}

extension FusedGemm: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { base.multiplyAccumulateRule }
}

extension FusedQLinearConv: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { base.multiplyAccumulateRule }
}

extension FusedQGemm: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { base.multiplyAccumulateRule }
}

extension FusedQLinearMatMul: MultiplyAccumulating {
    package var multiplyAccumulateRule: MultiplyAccumulateRule { base.multiplyAccumulateRule }
}
