import ModelGraph
import Tensors
import Testing

@Suite struct GemmTests {
    @Test(arguments: 0..<48) func equalsOneChainOverAscendingDepth(seed: Int) throws {
        var generator = SeededFloats(seed: UInt64(seed))
        let (rows, depth, columns) = (generator.integer(1...40), generator.integer(1...50), generator.integer(1...150))
        let (transposesA, transposesB) = (seed & 1 != 0, seed & 2 != 0)
        let alpha: Float = seed & 4 == 0 ? 1 : 0.3
        let beta: Float = seed & 8 == 0 ? 1 : 1.7
        let a = Tensor.random(transposesA ? [depth, rows] : [rows, depth], using: &generator)
        let b = Tensor.random(transposesB ? [columns, depth] : [depth, columns], using: &generator)
        let addendShape: [Int]? = [nil, [columns], [rows, 1], [rows, columns], [1], []][generator.integer(0...5)]
        let c = addendShape.map { Tensor.random($0, using: &generator) }
        let y = try LinearTrial(
            type: "Gemm",
            attributes: [
                "alpha": .float(alpha), "beta": .float(beta), "transA": .int(transposesA ? 1 : 0),
                "transB": .int(transposesB ? 1 : 0),
            ], inputs: [a, b, c]
        ).run()[0]
        let (left, right, addend) = (a.floats(), b.floats(), c?.floats())
        var expected: [Float] = []
        for row in 0..<rows {
            for column in 0..<columns {
                var start: Float?
                if let addend, let addendShape {
                    let value =
                        addend.count == 1
                        ? addend[0]
                        : addendShape == [rows, 1]
                            ? addend[row] : addendShape == [columns] ? addend[column] : addend[row * columns + column]
                    start = beta * value
                }
                var acc = alpha == 1 ? start ?? 0 : 0
                for k in 0..<depth {
                    acc.addProduct(
                        left[transposesA ? k * rows + row : row * depth + k],
                        right[transposesB ? column * depth + k : k * columns + column])
                }
                if alpha != 1 { acc = start.map { $0.addingProduct(alpha, acc) } ?? alpha * acc }
                expected.append(acc)
            }
        }
        #expect(y == Tensor(expected, shape: [rows, columns]), "seed \(seed)")
    }

    @Test func shapesThatDoNotFitAreErrors() {
        let a = Tensor(zeros: TensorType(.float32, [2, 3]))
        func code(_ b: [Int], _ c: [Int]? = nil, _ attributes: [String: AttributeValue] = [:]) -> HoneError.Code? {
            LinearTrial(
                type: "Gemm", attributes: attributes,
                inputs: [a, Tensor(zeros: TensorType(.float32, b)), c.map { Tensor(zeros: TensorType(.float32, $0)) }]
            ).failure()
        }
        #expect(code([3, 4]) == nil)
        #expect(code([4, 3], nil, ["transB": .int(1)]) == nil)
        #expect(code([4, 3]) == .invalidModel)
        #expect(code([3, 4], [3]) == .invalidModel)
        #expect(code([3, 1], [2, 4]) == .invalidModel)
        #expect(code([3, 4], [1, 1, 4]) == .invalidModel)
        #expect(code([3]) == .invalidModel)
    }

    @Test func emptyDepthLeavesTheAddend() throws {
        let y = try LinearTrial(
            type: "Gemm",
            inputs: [
                Tensor(zeros: TensorType(.float32, [2, 0])), Tensor(zeros: TensorType(.float32, [0, 3])),
                Tensor([1, 2, 3] as [Float]),
            ]
        ).run()[0]
        #expect(y.floats() == [1, 2, 3, 1, 2, 3])
    }
}
