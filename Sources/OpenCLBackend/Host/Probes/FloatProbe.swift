import Foundation
import Tensors

/// What a device makes of float32 when a kernel asks for IEEE 754 arithmetic.
package struct FloatProbe: Sendable, Codable, Hashable {
    /// `x / y` is correctly rounded, with the build option for it where the device has that. Kernels do not rely on it.
    package var dividesExactly = false
    /// `sqrt` is correctly rounded, likewise.
    package var takesRootsExactly = false
    /// `fma` rounds once.
    package var fusesExactly = false
    /// `x * y` is correctly rounded, and `x * y + z` rounds twice under `FP_CONTRACT OFF`.
    package var multipliesExactly = false
    /// `rint` and `convert_int_rte` round halves to even.
    package var roundsToEven = false
    /// Denormal operands and results stay what they are.
    package var keepsDenormals = false

    /// Without these no kernel is right.
    var obstacle: String? {
        if !fusesExactly { return "its fma does not round once" }
        if !multipliesExactly { return "it does not keep a product and a sum apart" }
        if !roundsToEven { return "its conversions do not round halves to even" }
        return nil
    }

    private static let count = 8192
    private static let planes = 7

    /// Runs the probe.
    init(in context: DeviceContext) throws(HoneError) {
        let (x, y, z) = FloatProbe.operands()
        let count = FloatProbe.count
        let queue = try context.makeQueue()
        let maker = LaunchMaker(queue: queue)
        let result = try context.makeBuffer(byteCount: FloatProbe.planes * count * 4)
        let launch = KernelLaunch(
            program: KernelProgram(file: "probe_floats"), function: "probe_floats",
            arguments: [
                .buffer(try maker.buffer(x)), .buffer(try maker.buffer(y)), .buffer(try maker.buffer(z)),
                .buffer(result), .int32(Int32(count)),
            ], globalSize: [count])
        try queue.enqueue(try maker.bind(launch))
        let found = try queue.read(result, count: FloatProbe.planes * count, as: Float.self)
        self.init(found) { index in FloatProbe.expected(x[index], y[index], z[index]) }
    }

    /// Compares results, `planes` for each operand; where a denormal takes part, in a check of its own.
    private init(_ found: [Float], expected: (Int) -> (values: [Float], hasDenormals: [Bool])) {
        var isExact = [Bool](repeating: true, count: FloatProbe.planes)
        var keepsDenormals = true
        for index in 0..<FloatProbe.count {
            let (values, hasDenormals) = expected(index)
            for plane in 0..<FloatProbe.planes {
                let (value, other) = (values[plane], found[plane * FloatProbe.count + index])
                let isEqual = value.bitPattern == other.bitPattern || value.isNaN && other.isNaN
                if hasDenormals[plane] {
                    // Division may be off for reasons of its own.
                    if plane >= 2 { keepsDenormals = keepsDenormals && isEqual }
                } else {
                    isExact[plane] = isExact[plane] && isEqual
                }
            }
        }
        dividesExactly = isExact[0]
        takesRootsExactly = isExact[1]
        fusesExactly = isExact[2]
        multipliesExactly = isExact[3] && isExact[4]
        roundsToEven = isExact[5] && isExact[6]
        self.keepsDenormals = keepsDenormals
    }

    /// The planes of `Kernels/probe_floats.cl`.
    private static func expected(_ x: Float, _ y: Float, _ z: Float) -> (values: [Float], hasDenormals: [Bool]) {
        let fused = z.addingProduct(x, y)
        let product = x * y
        let sum = product + z
        let clamped = min(max(x, -1e6), 1e6)
        let values = [
            x / y, x.squareRoot(), fused, product, sum, x.rounded(.toNearestOrEven),
            clamped.rounded(.toNearestOrEven) + 0,
        ]
        let operands = [[x, y], [x], [x, y, z], [x, y], [x, y, z, product], [], []]
        return (
            values, zip(values, operands).map { value, operands in (operands + [value]).contains(where: \.isSubnormal) }
        )
    }

    /// Any finite patterns; halves and near-halves; quotients of small integers; products that cancel.
    private static func operands() -> (x: [Float], y: [Float], z: [Float]) {
        var random = ProbeOperands(seed: 32)
        func finite() -> Float {
            let value = Float(bitPattern: random.next())
            return value.isFinite ? value : 1
        }
        var (x, y, z): ([Float], [Float], [Float]) = ([], [], [])
        for index in 0..<count {
            let small = Float(Int32(truncatingIfNeeded: random.next()) % 4096)
            let other = Float(random.next() % 1000 + 1)
            let operands: (Float, Float, Float) =
                switch index % 4 {
                case 0: (finite(), finite(), finite())
                case 1: (small + 0.5, other, -(small + 0.5) * other)
                case 2: ((small + 0.5).nextUp, 1 / other, small.nextDown)
                default:
                    (
                        Float(bitPattern: random.next() & 0x807F_FFFF), other / 16,
                        Float.leastNormalMagnitude / other
                    )
                }
            x.append(operands.0)
            y.append(operands.1)
            z.append(operands.2)
        }
        return (x, y, z)
    }
}
