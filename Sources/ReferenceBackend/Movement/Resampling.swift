import ModelGraph
import Tensors

extension Resampling {
    /// Computes the output of Resize and Upsample.
    func run(_ input: TensorView, _ output: MutableTensorView) {
        guard output.elementCount > 0 else { return }
        let tables = axes.map { taps($0) }
        guard interpolation != .nearest else {
            let positions = tables.map { table in
                zip(table.positions, table.isOutside).map { $1 ? -1 : $0 }
            }
            let fill = saturatedBytes(extrapolationValue, as: output.elementType)
            copyElements(input, positions: positions, fill: fill, to: output)
            return
        }
        switch output.elementType {
        case .uint8:
            let source = input.elements(as: UInt8.self)
            let target = output.elements(as: UInt8.self)
            interpolate(input.shape, output.shape, tables, read: { Float(source[$0]) }) { target[$0] = saturated($1) }
        case .int8:
            let source = input.elements(as: Int8.self)
            let target = output.elements(as: Int8.self)
            interpolate(input.shape, output.shape, tables, read: { Float(source[$0]) }) { target[$0] = saturated($1) }
        default:
            let source = input.elements(as: Float.self)
            let target = output.elements(as: Float.self)
            interpolate(input.shape, output.shape, tables, read: { source[$0] }) { target[$0] = $1 }
        }
    }

    /// Each output element is the sum, the last axis fastest, of weight times element, each operation rounded to
    /// float32. The weight is the product of the axes' weights, from the last axis to the first.
    private func interpolate(
        _ inputShape: [Int], _ outputShape: [Int], _ tables: [Taps], read: (Int) -> Float,
        write: (Int, Float) -> Void
    ) {
        let strides = rowMajorStrides(inputShape)
        var index = [Int](repeating: 0, count: outputShape.count)
        var terms: [(offset: Int, weight: Float)] = []
        for element in 0..<outputShape.reduce(1, *) {
            if zip(tables, index).contains(where: { $0.isOutside[$1] }) {
                write(element, extrapolationValue)
            } else {
                terms = [(0, 1)]
                for axis in tables.indices.reversed() {
                    let table = tables[axis]
                    let first = index[axis] * table.count
                    let inner = terms
                    terms.removeAll(keepingCapacity: true)
                    for tap in first..<(first + table.count) {
                        let offset = table.positions[tap] * strides[axis]
                        for term in inner {
                            terms.append((term.offset + offset, term.weight * table.weights[tap]))
                        }
                    }
                }
                var sum: Float = 0
                for term in terms { sum += term.weight * read(term.offset) }
                write(element, sum)
            }
            advance(&index, in: outputShape)
        }
    }
}

/// A float towards zero as an integer, which is how ONNX Runtime narrows interpolated bytes; saturated, a NaN is 0.
private func saturated<Integer: FixedWidthInteger>(_ value: Float) -> Integer {
    if let integer = Integer(exactly: value.rounded(.towardZero)) { return integer }
    return value.isNaN ? 0 : value > 0 ? Integer.max : Integer.min
}

/// The bytes of one element of a compute type.
private func saturatedBytes(_ value: Float, as type: ElementType) -> [UInt8] {
    func bytes<Element: BitwiseCopyable>(_ element: Element) -> [UInt8] {
        withUnsafeBytes(of: element) { Array($0) }
    }
    switch type {
    case .uint8: return bytes(saturated(value) as UInt8)
    case .int8: return bytes(saturated(value) as Int8)
    case .uint16: return bytes(saturated(value) as UInt16)
    case .int16: return bytes(saturated(value) as Int16)
    case .uint32: return bytes(saturated(value) as UInt32)
    case .int32: return bytes(saturated(value) as Int32)
    case .uint64: return bytes(saturated(value) as UInt64)
    case .int64: return bytes(saturated(value) as Int64)
    case .bool: return [value != 0 ? 1 : 0]
    case .float32, .float16, .bfloat16, .float64: return bytes(value)
    }
}
