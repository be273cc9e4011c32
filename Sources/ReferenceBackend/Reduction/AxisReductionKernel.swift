import ModelGraph
import Runtime
import Tensors

/// A reduction over axes: a function of the result so far and the next element, in row-major order of the input.
package protocol AxisReductionKernel: AxisReduction, ReferenceKernel {
    /// The result over nothing.
    static func initial<Number: KernelNumber>(_: Number.Type) -> Number
    static func apply<Number: KernelNumber>(_ accumulator: Number, _ x: Number) -> Number
    static func finish<Number: KernelNumber>(_ accumulator: Number, count: Int) -> Number
}

extension AxisReductionKernel {
    package static func finish<Number: KernelNumber>(_ accumulator: Number, count: Int) -> Number { accumulator }

    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, y) = (inputs.required(0), outputs.required(0))
        let axes = inputs.optional(1)?.elements(as: Int64.self).map { Int($0) }
        let reduced = try self.axes.reduced(rank: x.shape.count, input: axes)
        let kept = zip(x.shape, reduced).map { size, isReduced in isReduced ? 1 : size }
        // A bool is true for any byte but 0: greatest and least are those of the bytes, put to 0 or 1 afterwards.
        guard x.elementType == .bool else {
            withKernelNumber(x.elementType, ReductionBody<Self>(x: x, y: y, keptShape: kept))
            return
        }
        let bytes = MutableTensorView(type: TensorType(.uint8, y.shape), bytes: y.bytes)
        let input = TensorView(type: TensorType(.uint8, x.shape), bytes: x.bytes)
        ReductionBody<Self>(x: input, y: bytes, keptShape: kept).run(UInt8.self)
        for index in y.bytes.indices where y.bytes[index] != 0 { y.bytes[index] = 1 }
    }
}

private struct ReductionBody<Kernel: AxisReductionKernel>: NumberGenericBody {
    let x: TensorView
    let y: MutableTensorView
    /// The result's shape with reduced dimensions as 1.
    let keptShape: [Int]

    func run<Number: KernelNumber>(_: Number.Type) {
        let (x, y) = (x.elements(as: Number.self), y.elements(as: Number.self))
        for index in y.indices { y[index] = Kernel.initial(Number.self) }
        accumulate(x, y)
        guard !y.isEmpty else { return }
        let count = x.count / y.count
        for index in y.indices { y[index] = Kernel.finish(y[index], count: count) }
    }

    /// The result broadcasts to the input: it stands still where a dimension is reduced.
    private func accumulate<Number: KernelNumber>(
        _ x: UnsafeBufferPointer<Number>, _ y: UnsafeMutableBufferPointer<Number>
    ) {
        let walk = BroadcastWalk(shape: self.x.shape, left: self.x.shape, right: keptShape)
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        let length = walk.runLength
        if walk.rightStride == 0 {
            walk.forEachRun { _, start, result in
                let row = x + start
                var accumulator = y[result]
                for index in 0..<length { accumulator = Kernel.apply(accumulator, row[index]) }
                y[result] = accumulator
            }
        } else {
            walk.forEachRun { _, start, result in
                let (row, results) = (x + start, y + result)
                for index in 0..<length { results[index] = Kernel.apply(results[index], row[index]) }
            }
        }
    }
}
