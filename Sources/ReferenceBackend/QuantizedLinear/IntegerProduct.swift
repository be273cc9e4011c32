import ModelGraph
import Tensors

extension MatrixProductShape {
    /// A parameter of `a` for every row of every matrix, in order.
    func spreadOverRows<Value>(_ values: [Value], shape: [Int]) -> [Value] {
        spread(values, from: rowParameter(shape), to: rowParameters)
    }

    /// A parameter of `b` for every column of every matrix, in order.
    func spreadOverColumns<Value>(_ values: [Value], shape: [Int]) -> [Value] {
        spread(values, from: columnParameter(shape), to: columnParameters)
    }

    private func spread<Value>(_ values: [Value], from shape: [Int]?, to target: [Int]) -> [Value] {
        guard let shape else { preconditionFailure("inferTypes has checked the parameter's shape") }
        var result: [Value] = []
        forEachBroadcastOffset(shape: target, strides: [broadcastStrides(shape, to: target)]) { _, offsets in
            result.append(values[offsets[0]])
        }
        return result
    }

    /// The int32 sums of the product of 8-bit values less their zero points, packed.
    func integerSums(a: TensorView, aZeroPoint: TensorView?, b: TensorView, bZeroPoint: TensorView?) -> [Int32] {
        var left = a.eightBitIntegers()
        if let aZeroPoint {
            let zeros = spreadOverRows(aZeroPoint.eightBitIntegers(), shape: aZeroPoint.shape)
            for index in left.indices { left[index] -= zeros[index / depth] }
        }
        return integerSums(left: left, b: b, bZeroPoint: bZeroPoint)
    }

    /// The same with one zero point for all of `a`.
    func integerSums(a: TensorView, aZero: Int32, b: TensorView, bZeroPoint: TensorView?) -> [Int32] {
        integerSums(left: a.eightBitIntegers().map { $0 - aZero }, b: b, bZeroPoint: bZeroPoint)
    }

    private func integerSums(left: [Int32], b: TensorView, bZeroPoint: TensorView?) -> [Int32] {
        var right = b.eightBitIntegers()
        if let bZeroPoint {
            let zeros = spreadOverColumns(bZeroPoint.eightBitIntegers(), shape: bZeroPoint.shape)
            for index in right.indices {
                right[index] -= zeros[index / (depth * columns) * columns + index % columns]
            }
        }
        let stack = matrices
        return [Int32](unsafeUninitializedCapacity: stack.count * rows * columns) { output, count in
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    guard let left = left.address, let right = right.address, let base = output.baseAddress else {
                        return
                    }
                    base.initialize(repeating: 0, count: stack.count * rows * columns)
                    MatrixProduct(rows: rows, depth: depth, columns: columns)
                        .run(a: left, b: right, into: base, matrices: stack)
                    count = stack.count * rows * columns
                }
            }
        }
    }
}
