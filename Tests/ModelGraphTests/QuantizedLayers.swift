import ModelGraph
import Tensors
import TestSupport

/// Layers between DequantizeLinear and QuantizeLinear. All scales are powers of two and all sums stay below 2^24, so that
/// the float form computes exactly what the integer form does, and both can be compared with `==`.
extension TinyGraph {
    static let inputScale: Float = 0.125
    static let weightScales: [Float] = [0.25, 0.5, 0.0625, 1]

    /// An int8 input "x" with its float value "xd", 4 output channels of weights with their float value "wd", and an
    /// int32 bias with its float value "bd".
    mutating func quantizedOperands(
        input: [Int], weight: [Int], channelAxis: Int, _ random: inout RandomTensors
    ) {
        self.input("x", input.map { $0 }, .int8)
        dequantize("x", "xd", scale: Tensor(scalar: Self.inputScale), zeroPoint: Tensor(scalar: Int8(3)))
        constant("w", random.integers(Int8.self, weight))
        dequantize(
            "w", "wd", scale: Tensor(Self.weightScales), zeroPoint: Tensor([Int8](repeating: 0, count: 4)),
            axis: channelAxis)
        constant("b", Tensor([Int32(100), -2000, 0, 77]))
        dequantize("b", "bd", scale: Tensor(Self.weightScales.map { $0 * Self.inputScale }), zeroPoint: nil, axis: 0)
    }

    mutating func quantizeOutput(_ value: String, scale: Float = 16) {
        quantize(value, "y", scale: scale, zeroPoint: Tensor(scalar: Int8(-5)))
        output("y")
    }
}
