import CMicrokernels
import Lowering
import Runtime
import Tensors

/// The constants of a depthwise convolution, packed for its kernel, lanes past the last channel included.
final class DepthwiseWeights {
    private let memory: AlignedArray<UInt8>

    /// Packs them and puts their addresses into `call`, whose kernel, strides and width are known. They live as long as this.
    ///
    /// - Throws: `.outOfMemory`.
    init(_ problem: ConvDepthwiseU8.Problem, call: inout mk_conv_depthwise_u8) throws(HoneError) {
        let (channels, groups) = (problem.inputShape.channels, problem.inputShape.groups)
        let (lanes, taps) = (groups * 16, problem.window.kernel.row * problem.window.kernel.column)
        let vectors = Int(mk_conv_depthwise_u8_quad_vectors(&call))
        let fits = problem.weights.allSatisfy { Int8(exactly: $0) != nil }
        let quadBytes = fits ? groups * problem.window.kernel.row * vectors * 64 : 0
        // Quads first: each is one cache line.
        let biasStart = quadBytes
        let multiplierStart = biasStart + lanes * 4
        let tapsStart = multiplierStart + lanes * 4
        let boundsStart = tapsStart + lanes * taps * 2
        memory = try AlignedArray(room: boundsStart + lanes * 2, for: "the packed weights of a convolution")
        let memory = UnsafeMutableRawPointer(memory.address)

        let bias = (memory + biasStart).bindMemory(to: Int32.self, capacity: lanes)
        let multiplier = (memory + multiplierStart).bindMemory(to: Float.self, capacity: lanes)
        let packed = (memory + tapsStart).bindMemory(to: Int16.self, capacity: lanes * taps)
        let lowest = (memory + boundsStart).bindMemory(to: UInt8.self, capacity: lanes * 2)
        let highest = lowest + lanes
        var productsFit = true
        for lane in 0..<lanes {
            let isChannel = lane < channels
            let (group, place) = lane.quotientAndRemainder(dividingBy: 16)
            var (sum, reach): (Int32, Int64) = (0, 0)
            for tap in 0..<taps {
                let weight = isChannel ? problem.weights[lane * taps + tap] : 0
                packed[(group * taps + tap) * 16 + place] = weight
                sum &+= Int32(weight)
                reach += 255 * abs(Int64(weight))
            }
            let start = isChannel ? problem.bias[lane] &- problem.inputZeroPoint &* sum : 0
            let factor = isChannel ? problem.multipliers[lane] : 0
            (bias[lane], multiplier[lane]) = (start, factor)
            // Accumulators that wrap are within 2^31.
            let largest = Double(min(abs(Int64(start)) + reach, 1 << 31))
            productsFit = productsFit && largest * Double(factor.magnitude) < 0x1p30
            let bounds = isChannel ? (problem.low, problem.high) : (0, 0)
            lowest[lane] = UInt8(clamping: Int(bounds.0) + Int(problem.zeroPoint))
            highest[lane] = UInt8(clamping: Int(bounds.1) + Int(problem.zeroPoint))
        }
        call.bias = UnsafePointer(bias)
        call.multiplier = UnsafePointer(multiplier)
        call.taps = UnsafePointer(packed)
        (call.lowest, call.highest) = (UnsafePointer(lowest), UnsafePointer(highest))
        call.products_fit = productsFit ? 1 : 0
        guard quadBytes > 0 else { return }
        let quads = memory.bindMemory(to: Int8.self, capacity: quadBytes)
        mk_conv_depthwise_u8_pack_quads(&call, Int32(groups), quads)
        call.quads = UnsafePointer(quads)
    }
}
