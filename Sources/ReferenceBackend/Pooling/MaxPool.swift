import ModelGraph
import Runtime
import Tensors

extension MaxPool: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let rows = try WindowRows(try resolvedWindow(input: inputs.required(0).shape))
        switch inputs.required(0).elementType {
        case .int8: run(inputs, outputs, rows, lowest: Int8.min)
        case .uint8: run(inputs, outputs, rows, lowest: UInt8.min)
        default: run(inputs, outputs, rows, lowest: -Float.infinity)
        }
    }

    /// A NaN is larger than nothing, thus ignored. Of equal elements the first one's index counts.
    private func run<Element: TensorElement & Comparable>(
        _ inputs: [TensorView?], _ outputs: [MutableTensorView?], _ rows: WindowRows, lowest: Element
    ) {
        let x = inputs.required(0)
        guard let input = x.elements(as: Element.self).baseAddress else { return }
        let values = outputs.optional(0)?.elements(as: Element.self).baseAddress
        let indices = outputs.optional(1)?.elements(as: Int64.self).baseAddress
        let planes = x.shape[0] * x.shape[1]
        let (inputCount, outputCount, length) = (rows.inputCount, rows.outputCount, rows.rowLength)
        HostThreads.forEach(count: outputCount == 0 ? 0 : planes) { plane in
            let pixels = input + plane * inputCount
            withUnsafeTemporaryAllocation(of: Element.self, capacity: length) { best in
                rows.forEachRow { row, outer in
                    best.update(repeating: lowest)
                    let first = plane * outputCount + row * length
                    if let indices {
                        (indices + first).update(repeating: -1, count: length)
                        rows.forEachTap(outer: outer) { range, start, step in
                            var place = start
                            for column in range {
                                let value = pixels[place]
                                if value > best[column] || indices[first + column] < 0 {
                                    indices[first + column] = Int64(place)
                                }
                                if value > best[column] { best[column] = value }
                                place += step
                            }
                        }
                        for column in 0..<length {
                            let place = Int(indices[first + column])
                            indices[first + column] = Int64(
                                plane * inputCount + index(of: place, in: rows.window.input))
                        }
                    } else {
                        rows.forEachTap(outer: outer) { range, start, step in
                            var place = start
                            for column in range {
                                let value = pixels[place]
                                best[column] = value > best[column] ? value : best[column]
                                place += step
                            }
                        }
                    }
                    guard let values, let source = best.baseAddress else { return }
                    (values + first).update(from: source, count: length)
                }
            }
        }
    }

    /// The number of a pixel of a plane in the order that the attribute asks for.
    private func index(of place: Int, in shape: [Int]) -> Int {
        guard countsColumnMajor else { return place }
        var rest = place
        var coordinates: [Int] = []
        for size in shape.reversed() {
            coordinates.append(rest % size)
            rest /= size
        }
        // The last dimension's coordinate comes first here, and counts most.
        return zip(coordinates, shape.reversed()).reduce(0) { $0 * $1.1 + $1.0 }
    }
}
