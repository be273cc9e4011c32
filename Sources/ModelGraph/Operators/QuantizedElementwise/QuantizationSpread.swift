import Tensors

/// How a tensor's scales (and zero points) lie over its elements.
package enum QuantizationSpread: Sendable, Hashable {
    /// One scale for all.
    case tensor
    /// One for each index of an axis.
    case axis(Int)
    /// One for each run of `size` elements along an axis, the last run being shorter where they do not divide.
    case blocks(axis: Int, size: Int)

    /// Reads the spread off the shapes. ONNX QuantizeLinear 10, 13, 21.
    ///
    /// - Parameters:
    ///   - axis: as in the file, nil before opset 13, where only one scale is allowed.
    ///   - blockSize: 0 where the file gives none.
    package init(data: [Int], scales: [Int], axis: Int?, blockSize: Int) throws(HoneError) {
        if blockSize > 0 {
            guard let axis, scales.count == data.count else {
                throw HoneError(
                    .invalidModel,
                    "with a block size, scales of shape \(scales) need the rank of the data, whose shape is \(data)")
            }
            let front = try Operands.axis(axis, rank: data.count)
            var expected = data
            expected[front] = data[front] / blockSize + (data[front] % blockSize == 0 ? 0 : 1)
            guard scales == expected else {
                throw HoneError(
                    .invalidModel,
                    "scales of shape \(scales) do not fit data of shape \(data); expected \(expected) for blocks of "
                        + "\(blockSize) along axis \(front)")
            }
            self = .blocks(axis: front, size: blockSize)
            return
        }
        // A one-element vector is a scalar to exporters.
        if scales.isEmpty || scales == [1] {
            self = .tensor
            return
        }
        guard let axis, scales.count == 1 else {
            throw HoneError(
                .invalidModel,
                "scales of shape \(scales); expected a scalar\(axis == nil ? "" : " or one per index of an axis")")
        }
        var front = try Operands.axis(axis, rank: data.count)
        // ONNX Runtime's quantizer gives the bias of shape [1, n] axis 0. Where all other dimensions are 1, one scale for
        // each element can only be meant for the one that is not.
        if scales[0] != data[front], let only = data.firstIndex(of: scales[0]),
            TensorType(.uint8, data).elementCount == scales[0]
        {
            front = only
        }
        guard scales[0] == data[front] else {
            throw HoneError(
                .invalidModel,
                "\(scales[0]) scales, but axis \(front) of the data, whose shape is \(data), has \(data[front]) elements"
            )
        }
        self = .axis(front)
    }
}

extension Operands {
    /// Checks the values of scales that are known: finite and positive. Kernels check those that only the run shows.
    func checkScales(_ index: Int) throws(HoneError) {
        guard index < values.count, let value = values[index] else { return }
        for scale in value.floats() { try checkScale(scale) }
    }

    /// Checks one scale and one zero point, for a tensor quantized to `element` as a whole.
    func checkQuantization(scale: Int, zeroPoint: Int, of element: ElementType) throws(HoneError) {
        let type = try self.type(scale, in: [.float32])
        guard type.rank <= 1, type.elementCount == 1 else {
            throw HoneError(.invalidModel, "the scale, input \(scale), is \(type); expected one element")
        }
        try checkScales(scale)
        guard let point = optionalType(zeroPoint) else { return }
        guard point.elementType == element, point.rank <= 1, point.elementCount == 1 else {
            throw HoneError(
                .invalidModel, "the zero point, input \(zeroPoint), is \(point); expected one element of \(element)")
        }
    }
}

/// - Throws: `.invalidModel` unless the scale is finite and positive, without which no integer stands for a number.
package func checkScale(_ scale: Float) throws(HoneError) {
    guard scale > 0, scale.isFinite else {
        throw HoneError(.invalidModel, "scale \(scale) is not a finite positive number")
    }
}
