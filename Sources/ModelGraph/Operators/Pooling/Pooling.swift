import Tensors

/// What the pools over windows share: any number of spatial dimensions, a kernel shape that must be given.
package protocol PoolingOperator: WindowedOperator {
    /// Whether an incomplete last window counts: ONNX `ceil_mode`.
    var roundsUp: Bool { get }
}

extension PoolingOperator {
    /// The window over an input `[N, C, spatial...]`.
    package func resolvedWindow(input: [Int]) throws(HoneError) -> SlidingWindow {
        guard input.count >= 3 else {
            throw HoneError(.invalidModel, "input 0 has shape \(input); expected [batch, channels, spatial...]")
        }
        guard let kernel = kernelShape, kernel.count == input.count - 2 else {
            throw HoneError(
                .invalidModel,
                "attribute kernel_shape must have \(input.count - 2) values for an input of shape \(input)")
        }
        return try window.resolve(input: Array(input[2...]), kernel: kernel, roundsUp: roundsUp)
    }

    func outputType(_ input: TensorType) throws(HoneError) -> TensorType {
        let window = try resolvedWindow(input: input.shape)
        return try TensorType.validated(input.elementType, input.shape[..<2] + window.output)
    }
}

extension Operands {
    /// The type of a pool over whole planes: every spatial dimension becomes 1.
    func globalPoolType(_ allowed: Set<ElementType>) throws(HoneError) -> TensorType {
        let input = try type(0, in: allowed)
        guard input.rank >= 3, !input.shape[2...].contains(0) else {
            throw HoneError(.invalidModel, "input 0 is \(input); expected [batch, channels, spatial...] with pixels")
        }
        return TensorType(input.elementType, input.shape[..<2] + input.shape[2...].map { _ in 1 })
    }
}
