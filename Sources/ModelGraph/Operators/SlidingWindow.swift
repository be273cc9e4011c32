import Tensors

/// How a window operator chooses its pads. ONNX `auto_pad`.
package enum AutoPad: String, CaseIterable, Sendable {
    /// The `pads` attribute says.
    case notSet = "NOTSET"
    /// None.
    case valid = "VALID"
    /// As many as give `ceil(input / stride)` outputs, an odd one at the end.
    case sameUpper = "SAME_UPPER"
    /// As many as give `ceil(input / stride)` outputs, an odd one at the beginning.
    case sameLower = "SAME_LOWER"
}

/// The attributes that convolutions and pools share, as the file gives them: `nil` where it leaves the default.
package struct WindowAttributes: Sendable {
    package let kernelShape: [Int]?
    package let strides: [Int]?
    package let dilations: [Int]?
    /// All beginnings, then all ends.
    package let pads: [Int]?
    package let autoPad: AutoPad

    /// Values from files stay below this, so that the arithmetic on them cannot overflow.
    package static let limit = 1 << 31

    /// Reads and bounds the attributes; `hasDilations` is false for the opsets of pools that lack the attribute.
    package init(_ reader: inout AttributeReader, hasDilations: Bool = true) throws(HoneError) {
        func bounded(_ name: String, from lowest: Int) throws(HoneError) -> [Int]? {
            guard let values = try reader.ints(name) else { return nil }
            for value in values where value < lowest || value >= WindowAttributes.limit {
                throw HoneError(.invalidModel, "attribute \(name) holds \(value); supported are \(lowest) to 2^31 - 1")
            }
            return values
        }
        kernelShape = try bounded("kernel_shape", from: 1)
        strides = try bounded("strides", from: 1)
        dilations = hasDilations ? try bounded("dilations", from: 1) : nil
        pads = try bounded("pads", from: 0)
        autoPad = try reader.choice("auto_pad", default: .notSet)
    }

    /// The window over an input of these spatial dimensions.
    ///
    /// - Parameters:
    ///   - kernel: the kernel's spatial dimensions: the weight's, or `kernelShape` for pools.
    ///   - roundsUp: ONNX `ceil_mode`: an incomplete last window counts, unless it would start in the end padding.
    package func resolve(input: [Int], kernel: [Int], roundsUp: Bool = false) throws(HoneError) -> SlidingWindow {
        let rank = input.count
        let (strides, dilations) = try stepsChecked(rank: rank, kernel: kernel)
        var begin = [Int](repeating: 0, count: rank)
        var end = begin
        var output = begin
        for dimension in 0..<rank {
            let stride = strides[dimension]
            let size = input[dimension]
            // Beside a dimension of 0 the others may be of any size.
            guard size <= TensorType.maximumByteCount else {
                throw HoneError(.unsupported, "spatial dimension \(dimension) is \(size); supported are 0 to 2^40")
            }
            let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
            switch autoPad {
            case .notSet:
                begin[dimension] = pads?[dimension] ?? 0
                end[dimension] = pads?[rank + dimension] ?? 0
            case .valid:
                break
            case .sameUpper, .sameLower:
                let total = max(0, ((size + stride - 1) / stride - 1) * stride + extent - size)
                let smaller = total / 2
                begin[dimension] = autoPad == .sameUpper ? smaller : total - smaller
                end[dimension] = total - begin[dimension]
            }
            let padded = size + begin[dimension] + end[dimension]
            guard padded >= extent else {
                throw HoneError(
                    .invalidModel,
                    "a kernel that spans \(extent) does not fit into spatial dimension \(dimension), padded to \(padded)"
                )
            }
            let slack = padded - extent
            output[dimension] = (roundsUp ? (slack + stride - 1) / stride : slack / stride) + 1
            if roundsUp, (output[dimension] - 1) * stride >= size + begin[dimension] { output[dimension] -= 1 }
        }
        return SlidingWindow(
            kernel: kernel, strides: strides, dilations: dilations, padsBegin: begin, padsEnd: end, input: input,
            output: output)
    }

    /// Strides and dilations with their defaults, after checking every list's length and the kernel's bounds.
    func stepsChecked(rank: Int, kernel: [Int]) throws(HoneError) -> (strides: [Int], dilations: [Int]) {
        for (name, list, count) in [
            ("kernel_shape", kernelShape, rank), ("strides", strides, rank), ("dilations", dilations, rank),
            ("pads", pads, 2 * rank),
        ] {
            guard let list, list.count != count else { continue }
            throw HoneError(
                .invalidModel, "attribute \(name) has \(list.count) values; \(rank) spatial dimensions need \(count)")
        }
        precondition(kernel.count == rank)
        if let kernelShape, kernelShape != kernel {
            throw HoneError(.invalidModel, "attribute kernel_shape is \(kernelShape), but the weight's is \(kernel)")
        }
        for size in kernel where size < 1 || size >= WindowAttributes.limit {
            throw HoneError(.invalidModel, "kernel shape \(kernel) has a dimension outside 1 to 2^31 - 1")
        }
        let ones = [Int](repeating: 1, count: rank)
        return (strides ?? ones, dilations ?? ones)
    }
}

/// A window with every number known: output `o` of a dimension reads input `o * stride - padBegin + k * dilation`.
package struct SlidingWindow: Sendable, Hashable {
    package let kernel: [Int]
    package let strides: [Int]
    package let dilations: [Int]
    package let padsBegin: [Int]
    package let padsEnd: [Int]
    /// The input's spatial dimensions.
    package let input: [Int]
    /// The output's spatial dimensions.
    package let output: [Int]

    package init(
        kernel: [Int], strides: [Int], dilations: [Int], padsBegin: [Int], padsEnd: [Int], input: [Int], output: [Int]
    ) {
        self.kernel = kernel
        self.strides = strides
        self.dilations = dilations
        self.padsBegin = padsBegin
        self.padsEnd = padsEnd
        self.input = input
        self.output = output
    }

    /// How far the dilated kernel spans in a dimension.
    package func extent(_ dimension: Int) -> Int { (kernel[dimension] - 1) * dilations[dimension] + 1 }
}

/// An operator whose kernel slides over spatial dimensions.
package protocol WindowedOperator: Operator {
    var window: WindowAttributes { get }
}

extension WindowedOperator {
    package var kernelShape: [Int]? { window.kernelShape }
    package var strides: [Int]? { window.strides }
    package var dilations: [Int]? { window.dilations }
    package var pads: [Int]? { window.pads }
    package var autoPad: AutoPad { window.autoPad }
}
