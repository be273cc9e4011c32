import ModelGraph
import Tensors

/// Where a copy reads: a walk over the input with a step for each dimension of `shape`, in elements.
struct StridedWalk {
    var shape: [Int]
    var strides: [Int]
    var offset = 0
}

/// Copies elements of any type, which matters by its size alone.
///
/// The output is written in order; the walk says which input element comes next.
func copyElements(_ input: TensorView, _ walk: StridedWalk, to output: MutableTensorView) {
    guard output.elementCount > 0 else { return }
    precondition(!walk.shape.contains(0) && walk.shape.reduce(1, *) == output.elementCount)
    switch output.elementType.byteCount {
    case 1: copy(input, walk, to: output, as: UInt8.self)
    case 2: copy(input, walk, to: output, as: UInt16.self)
    case 4: copy(input, walk, to: output, as: UInt32.self)
    default: copy(input, walk, to: output, as: UInt64.self)
    }
}

private func copy<Word: BitwiseCopyable>(
    _ input: TensorView, _ walk: StridedWalk, to output: MutableTensorView, as _: Word.Type
) {
    let source = input.bytes.bindMemory(to: Word.self)
    let target = output.bytes.bindMemory(to: Word.self)
    // The last two dimensions are loops of their own: counting through the others takes longer than a short row.
    let (columns, step) = (walk.shape.last ?? 1, walk.strides.last ?? 0)
    let (rows, rowStep) = (walk.shape.dropLast().last ?? 1, walk.strides.dropLast().last ?? 0)
    var planes = OffsetCounter(
        shape: walk.shape.dropLast(2), strides: walk.strides.dropLast(2), offset: walk.offset)
    for plane in stride(from: 0, to: target.count, by: rows * columns) {
        for row in 0..<rows {
            let (first, from) = (plane + row * columns, planes.offset + row * rowStep)
            for column in 0..<columns { target[first + column] = source[from + column * step] }
        }
        planes.advance()
    }
}

/// Copies elements by a table for each dimension: the input position of every output position, negative where the
/// output gets `fill`.
///
/// `fill` has the bytes of one element.
func copyElements(
    _ input: TensorView, positions: [[Int]], fill: [UInt8], to output: MutableTensorView
) {
    guard output.elementCount > 0 else { return }
    switch output.elementType.byteCount {
    case 1: copy(input, positions, fill, to: output, as: UInt8.self)
    case 2: copy(input, positions, fill, to: output, as: UInt16.self)
    case 4: copy(input, positions, fill, to: output, as: UInt32.self)
    default: copy(input, positions, fill, to: output, as: UInt64.self)
    }
}

private func copy<Word: BitwiseCopyable>(
    _ input: TensorView, _ positions: [[Int]], _ fill: [UInt8], to output: MutableTensorView, as _: Word.Type
) {
    let source = input.bytes.bindMemory(to: Word.self)
    let target = output.bytes.bindMemory(to: Word.self)
    let fill = fill.withUnsafeBytes { $0.loadUnaligned(as: Word.self) }
    // Dimensions at the end that stay whole move as one run.
    var (outer, run) = (positions, 1)
    while let last = outer.last, last.count == input.shape[outer.count - 1], last.elementsEqual(last.indices) {
        run *= last.count
        outer.removeLast()
    }
    let strides = rowMajorStrides(input.shape)
    let columns = outer.last ?? [0]
    let step = outer.isEmpty ? 0 : strides[outer.count - 1]
    let rows = outer.dropLast()
    let rowShape = rows.map(\.count)
    var index = [Int](repeating: 0, count: rows.count)
    columns.withUnsafeBufferPointer { columns in
        for first in stride(from: 0, to: target.count, by: columns.count * run) {
            var offset: Int? = 0
            for (dimension, table) in rows.enumerated() {
                let position = table[index[dimension]]
                offset = position < 0 ? nil : offset.map { $0 + position * strides[dimension] }
            }
            let row = UnsafeMutableBufferPointer(rebasing: target[first..<(first + columns.count * run)])
            guard let offset else {
                row.update(repeating: fill)
                advance(&index, in: rowShape)
                continue
            }
            for (column, position) in columns.enumerated() {
                if run == 1 {
                    row[column] = position < 0 ? fill : source[offset + position * step]
                    continue
                }
                let part = UnsafeMutableBufferPointer(rebasing: row[(column * run)..<((column + 1) * run)])
                if position < 0 {
                    part.update(repeating: fill)
                } else {
                    let from = offset + position * step
                    _ = part.update(fromContentsOf: source[from..<(from + run)])
                }
            }
            advance(&index, in: rowShape)
        }
    }
}

/// Fills an output with one element, given as its bytes.
func fillElements(_ output: MutableTensorView, with element: UnsafeRawBufferPointer) {
    precondition(element.count == output.elementType.byteCount)
    for start in stride(from: 0, to: output.bytes.count, by: element.count) {
        UnsafeMutableRawBufferPointer(rebasing: output.bytes[start..<(start + element.count)]).copyMemory(from: element)
    }
}

/// The next index of a row-major walk over `shape`, back at the first after the last.
func advance(_ index: inout [Int], in shape: [Int]) {
    for dimension in shape.indices.reversed() {
        index[dimension] += 1
        if index[dimension] < shape[dimension] { return }
        index[dimension] = 0
    }
}

/// Counts through a shape in row-major order, keeping the offset that strides give.
private struct OffsetCounter {
    private let shape: [Int]
    private let strides: [Int]
    private var index: [Int]
    private(set) var offset: Int

    init(shape: ArraySlice<Int>, strides: ArraySlice<Int>, offset: Int) {
        self.shape = Array(shape)
        self.strides = Array(strides)
        self.offset = offset
        index = Array(repeating: 0, count: shape.count)
    }

    mutating func advance() {
        for dimension in shape.indices.reversed() {
            index[dimension] += 1
            offset += strides[dimension]
            if index[dimension] < shape[dimension] { return }
            offset -= index[dimension] * strides[dimension]
            index[dimension] = 0
        }
    }
}
