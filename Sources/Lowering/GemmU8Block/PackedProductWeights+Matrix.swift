import Runtime

extension PackedProductWeights {
    /// Writes the matrix that the lists were made from, one byte an element, as it lay.
    ///
    /// - Parameter matrix: room for all its elements.
    package func unpack(into matrix: UnsafeMutableRawBufferPointer) {
        precondition(matrix.count == depth * columns)
        guard let elements = matrix.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        let (down, across) = isTransposed ? (1, depth) : (columns, 1)
        HostThreads.forEach(count: pairs) { pair in
            let first = pair * PackedProductWeights.pairColumns
            let last = min(first + PackedProductWeights.pairColumns, columns)
            for row in 0..<depth {
                for column in first..<last { elements[row * down + column * across] = zeroBytes[column] }
            }
            let list = list(ofPair: pair)
            var block = blocks.address + list.firstBlock
            var offset = offsets.address + list.firstEntry
            for (entries, groups) in [(list.both, 0...1), (list.first, 0...0), (list.second, 1...1)] {
                for _ in 0..<entries {
                    let row = Int(offset.pointee)
                    offset += 1
                    for group in groups {
                        let column = first + group * 16
                        // Several blocks may add up to one weight; modulo 256 that is the byte of either type.
                        for output in 0..<max(0, min(16, columns - column)) {
                            for input in 0..<min(4, depth - row) {
                                elements[(row + input) * down + (column + output) * across] &+= UInt8(
                                    bitPattern: block[output * 4 + input])
                            }
                        }
                        block += 64
                    }
                }
            }
        }
    }
}
