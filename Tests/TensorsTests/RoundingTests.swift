import Tensors
import Testing

@Suite struct RoundingTests {
    @Test func tiesGoToEvenBeforeTheZeroPointIsAdded() {
        let inputs: [Float] = [-2.5, -1.5, -0.5, 0.5, 1.5, 2.5]
        #expect(inputs.map { quantize($0, scale: 1, zeroPoint: 0, range: .int8) } == [-2, -2, 0, 0, 2, 2])
        #expect([0.5, 1.5, 2.5].map { quantize($0, scale: 1, zeroPoint: 1, range: .uint8) } == [1, 3, 3])
    }

    @Test func nothingTrapsAtTheEdges() {
        for zeroPoint: Int32 in [0, 3, 255] {
            #expect(quantize(.infinity, scale: 1, zeroPoint: zeroPoint, range: .uint8) == 255)
            #expect(quantize(-.infinity, scale: 1, zeroPoint: zeroPoint, range: .uint8) == 0)
            #expect(quantize(.nan, scale: 1, zeroPoint: zeroPoint, range: .uint8) == 0)
        }
    }
}
