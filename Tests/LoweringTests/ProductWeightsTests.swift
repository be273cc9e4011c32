import Lowering
import Tensors
import TestSupport
import Testing

/// Kernels hold constant matrices packed alone: reading one again gives every byte of the file.
@Suite struct ProductWeightsTests {
    @Test(arguments: 0..<80) func listsGiveTheMatrixBack(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let (depth, columns) = (Int.random(in: 1...70, using: &random), Int.random(in: 1...100, using: &random))
        let (signed, isTransposed) = (seed % 2 == 0, seed % 4 < 2)
        let zeros = (0..<(seed % 3 == 0 ? 1 : columns)).map { _ in
            // A zero point at an end of the type makes weights that only several blocks sum to.
            Int32.random(in: signed ? -128...127 : 0...255, using: &random)
        }
        let integers = (0..<depth * columns).map { place in
            let column = isTransposed ? place / depth : place % columns
            return Int.random(in: 0..<3, using: &random) == 0
                ? Int.random(in: signed ? -128...127 : 0...255, using: &random)
                : Int(zeros[zeros.count == 1 ? 0 : column])
        }
        let shape = isTransposed ? [columns, depth] : [depth, columns]
        let matrix = Tensor.bytes(integers, shape: shape, signed: signed)
        let packed = try PackedProductWeights(
            matrix, depth: depth, columns: columns, isTransposed: isTransposed, zeroPoints: zeros)
        #expect(Tensor(matrix.type, filledBy: { packed.unpack(into: $0) }) == matrix, "seed \(seed)")
    }
}
