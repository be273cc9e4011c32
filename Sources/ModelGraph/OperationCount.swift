import Tensors

/// An operator whose work is multiply-accumulates.
package protocol MultiplyAccumulating: Operator {
    /// Multiply-accumulates of one application, counting taps on padding as the usual convention does.
    func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int
}

/// Every output element sums over the input channels of its group and over the kernel.
private func convolutionCount(weight: TensorType?, output: TensorType?) -> Int {
    guard let weight, let output, weight.rank >= 2 else { return 0 }
    return saturatingProduct([output.elementCount] + weight.shape[1...])
}

/// Every output element sums over the inner dimension.
private func productCount(left: TensorType?, output: TensorType?, isTransposed: Bool = false) -> Int {
    guard let left, let output, let last = left.shape.last else { return 0 }
    let inner = isTransposed && left.rank == 2 ? left.shape[0] : last
    return saturatingProduct([output.elementCount, inner])
}

/// Sizes come from files: what cannot be counted is the largest number.
private func saturatingProduct(_ factors: [Int]) -> Int {
    if factors.contains(0) { return 0 }
    return factors.reduce(1) { product, factor in
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        return overflow ? Int.max : next
    }
}

private func operand(_ types: [TensorType?], _ index: Int) -> TensorType? { index < types.count ? types[index] : nil }

extension Conv: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        convolutionCount(weight: operand(inputs, 1), output: operand(outputs, 0))
    }
}

extension ConvInteger: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        convolutionCount(weight: operand(inputs, 1), output: operand(outputs, 0))
    }
}

extension QLinearConv: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        convolutionCount(weight: operand(inputs, 3), output: operand(outputs, 0))
    }
}

extension ConvTranspose: MultiplyAccumulating {
    /// Every *input* element is scattered over the output channels of its group and the kernel.
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        guard let input = operand(inputs, 0), let weight = operand(inputs, 1), weight.rank >= 2 else { return 0 }
        return saturatingProduct([input.elementCount] + weight.shape[1...])
    }
}

extension Gemm: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        productCount(left: operand(inputs, 0), output: operand(outputs, 0), isTransposed: transposesA)
    }
}

extension MatMul: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        productCount(left: operand(inputs, 0), output: operand(outputs, 0))
    }
}

extension MatMulInteger: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        productCount(left: operand(inputs, 0), output: operand(outputs, 0))
    }
}

extension QLinearMatMul: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        productCount(left: operand(inputs, 0), output: operand(outputs, 0))
    }
}

extension QGemm: MultiplyAccumulating {
    package func multiplyAccumulateCount(inputs: [TensorType?], outputs: [TensorType?]) -> Int {
        productCount(left: operand(inputs, 0), output: operand(outputs, 0), isTransposed: transposesA)
    }
}
