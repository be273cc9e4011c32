import ModelGraph
import Runtime
import Tensors

/// Where the chains of a matrix product start from: element (row, column) of an addend that may stretch.
struct ProductStarts<Element: TapElement> {
    let values: [Element]
    let rowStride: Int
    /// 0 or 1.
    let columnStride: Int

    /// Every chain starts from 0.
    static var zero: ProductStarts { ProductStarts(values: [0], rowStride: 0, columnStride: 0) }

    init(values: [Element], rowStride: Int, columnStride: Int) {
        self.values = values
        self.rowStride = rowStride
        self.columnStride = columnStride
    }

    /// An addend of `shape` that broadcasts to the matrix `output`.
    init(_ values: [Element], shape: [Int], output: [Int]) {
        let strides = broadcastStrides(shape, to: output)
        self.init(values: values, rowStride: strides[0], columnStride: strides[1])
    }
}

/// Matrix products in the order that NUMERICS.md fixes: each output is one chain over ascending depth.
struct MatrixProduct<Element: TapElement> {
    let rows: Int
    let depth: Int
    let columns: Int

    /// Columns at a time: a block of B of this width stays in cache while rows pass over it.
    private let columnBlock = 64
    private let rowBlock = 32

    init(rows: Int, depth: Int, columns: Int) {
        self.rows = rows
        self.depth = depth
        self.columns = columns
    }

    /// Multiplies matrix `offsets[i].a` of `a` by matrix `offsets[i].b` of `b` into matrix `i` of `output`, for every `i`.
    func run(
        a: UnsafePointer<Element>, b: UnsafePointer<Element>, into output: UnsafeMutablePointer<Element>,
        matrices: [(a: Int, b: Int)] = [(0, 0)], starts: ProductStarts<Element> = .zero
    ) {
        guard rows > 0, columns > 0, !matrices.isEmpty else { return }
        let rowBlocks = (rows - 1) / rowBlock + 1
        let columnBlocks = (columns - 1) / columnBlock + 1
        // The taps of an output are a row of A; each reads a row of B. Not empty, so that there is an address.
        let offsets = (0..<max(depth, 1)).map { $0 * columns }
        offsets.withUnsafeBufferPointer { offsets in
            starts.values.withUnsafeBufferPointer { values in
                guard let offsetBase = offsets.baseAddress, let start = values.baseAddress else { return }
                HostThreads.forEach(count: matrices.count * rowBlocks * columnBlocks) { task in
                    let (matrix, block) = task.quotientAndRemainder(dividingBy: rowBlocks * columnBlocks)
                    let firstRow = block / columnBlocks * rowBlock
                    let firstColumn = block % columnBlocks * columnBlock
                    let width = min(columnBlock, columns - firstColumn)
                    for row in firstRow..<min(firstRow + rowBlock, rows) {
                        Element.accumulateTaps(
                            into: output + (matrix * rows + row) * columns + firstColumn,
                            start: start + row * starts.rowStride + firstColumn * starts.columnStride,
                            startStride: starts.columnStride,
                            x: b + matrices[matrix].b * depth * columns + firstColumn, offsets: offsetBase,
                            weights: a + (matrices[matrix].a * rows + row) * depth, tapCount: depth, count: width)
                    }
                }
            }
        }
    }
}

extension MatrixProductShape {
    /// For each matrix of the broadcast stack, which matrix of either operand it is the product of.
    var matrices: [(a: Int, b: Int)] {
        var matrices: [(a: Int, b: Int)] = []
        let strides = [a, b].map { broadcastStrides($0.dropLast(2), to: batch) }
        forEachBroadcastOffset(shape: batch, strides: strides) { _, offsets in matrices.append((offsets[0], offsets[1]))
        }
        return matrices
    }
}

/// A packed matrix, transposed if asked for.
func matrix<Element>(_ elements: [Element], rows: Int, columns: Int, transposing: Bool) -> [Element] {
    guard transposing else { return elements }
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    for column in 0..<columns {
        for row in 0..<rows { result.append(elements[row * columns + column]) }
    }
    return result
}
