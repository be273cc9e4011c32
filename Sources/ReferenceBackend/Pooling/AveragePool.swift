import ModelGraph
import Runtime
import Tensors

extension AveragePool: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let x = inputs.required(0)
        let rows = try WindowRows(try resolvedWindow(input: x.shape))
        guard let input = x.elements(as: Float.self).baseAddress,
            let output = outputs.required(0).elements(as: Float.self).baseAddress
        else { return }
        let planes = x.shape[0] * x.shape[1]
        let (inputCount, outputCount, length) = (rows.inputCount, rows.outputCount, rows.rowLength)
        HostThreads.forEach(count: outputCount == 0 ? 0 : planes) { plane in
            let pixels = input + plane * inputCount
            rows.forEachRow { row, outer in
                // The sum starts from 0 and takes the window's elements in order; the division comes last.
                let sums = output + plane * outputCount + row * length
                sums.update(repeating: 0, count: length)
                rows.forEachTap(outer: outer) { range, start, step in
                    var place = start
                    for column in range {
                        sums[column] += pixels[place]
                        place += step
                    }
                }
                for column in 0..<length {
                    let count =
                        countsPadding
                        ? rows.paddedCount(outer: outer, column: column) : rows.count(outer: outer, column: column)
                    sums[column] /= Float(count)
                }
            }
        }
    }
}
