import Tensors
import Testing

@testable import OpenCLBackend

/// The kernels of `DevicePeak` do as many operations as are counted: a loop here that counts its own gives the same results.
@Suite(OpenCLDevices.areThere) struct DevicePeakTests {
    private static let items = 128
    private static let rounds = 3

    /// What a peak kernel leaves for each work-item.
    private func results<Element: BitwiseCopyable>(
        of file: String, defines: [String: String] = [:], _ operand: KernelArgument, as type: Element.Type
    ) throws -> [Element] {
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let result = try queue.context.makeBuffer(byteCount: 4 * Self.items)
        let launch = KernelLaunch(
            program: KernelProgram(file: file, defines: defines), function: file,
            arguments: [.buffer(result), operand, .int32(Int32(Self.rounds))], globalSize: [Self.items],
            localSize: [Self.items])
        try queue.enqueue(try maker.bind(launch))
        return try queue.read(result, count: Self.items, as: type)
    }

    @Test func dotProducts() throws {
        let weights: UInt32 = 0x8102_03FF
        let found = try results(of: "peak_dot4", .uint32(weights), as: Int32.self)
        for item in 0..<Self.items {
            var operations = 0
            // As many sums as `dot4Operations` stands for: two operations for each of four products.
            let chains = DevicePeak.dot4Operations / 8
            var sums = (0..<chains).map { Int32(item + $0) &* 0x0103_0507 }
            for _ in 0..<Self.rounds {
                for chain in 0..<chains {
                    let bytes = UInt32(bitPattern: sums[(chain + 1) % chains])
                    for shift in stride(from: UInt32(0), to: 32, by: 8) {
                        let weight = Int32(Int8(truncatingIfNeeded: weights >> shift))
                        sums[chain] &+= Int32(UInt8(truncatingIfNeeded: bytes >> shift)) &* weight
                        operations += 2
                    }
                }
            }
            #expect(found[item] == sums.reduce(0, ^))
            #expect(operations == DevicePeak.dot4Operations * Self.rounds)
        }
    }

    @Test func fusedMultiplyAdds() throws {
        let factor: Float = 0.3
        let found = try results(of: "peak_fma", .float(factor), as: Float.self)
        for item in 0..<Self.items {
            var operations = 0
            let chains = DevicePeak.floatOperations / 2
            var sums = (0..<chains).map { Float(item % 97 + $0) * 0.0625 }
            for _ in 0..<Self.rounds {
                for chain in 0..<chains {
                    sums[chain] = sums[chain].addingProduct(sums[(chain + 1) % chains], factor)
                    operations += 2
                }
            }
            let total = sums.dropFirst().reduce(sums[0]) { $0 + $1 }
            #expect(found[item].bitPattern == total.bitPattern)
            #expect(operations == DevicePeak.floatOperations * Self.rounds)
        }
    }

    /// With the portable body: each warp of 32 multiplies 16 x 32 bytes by 32 x 8, in the layout of the PTX manual's section
    /// on `mma.m16n8k32`.
    @Test func matrixProducts() throws {
        let found = try results(of: "peak_mma", defines: ["MMA_PTX": "0"], .uint32(1), as: Int32.self)
        for warp in 0..<(Self.items / 32) {
            var a = [[Int32]](repeating: .init(repeating: 0, count: 32), count: 16)
            var b = [[Int32]](repeating: .init(repeating: 0, count: 8), count: 32)
            for lane in 0..<32 {
                let mixed = (UInt32(warp * 32 + lane) &+ 1) &* 0x9E37_79B9
                let rows = [mixed, mixed &* 0x85EB_CA6B, mixed ^ 0xC2B2_AE35, mixed &* 0x27D4_EB2F]
                let columns = [mixed &* 0x1656_67B1, mixed ^ 0x9E37_79B1]
                let (group, place) = (lane / 4, lane % 4)
                for byte in 0..<4 {
                    for (index, word) in rows.enumerated() {
                        let bits = UInt8(truncatingIfNeeded: word >> UInt32(8 * byte))
                        a[group + index % 2 * 8][place * 4 + byte + index / 2 * 16] = Int32(bits)
                    }
                    for (index, word) in columns.enumerated() {
                        let bits = Int8(truncatingIfNeeded: word >> UInt32(8 * byte))
                        b[place * 4 + byte + index * 16][group] = Int32(bits)
                    }
                }
            }
            var operations = 0
            // Of a warp's work-items together.
            let chains = DevicePeak.matrixOperations * 32 / (2 * 16 * 8 * 32)
            var sums = (0..<chains).map { [[Int32]](repeating: .init(repeating: Int32($0), count: 8), count: 16) }
            for _ in 0..<Self.rounds {
                for chain in 0..<chains {
                    for row in 0..<16 {
                        for column in 0..<8 {
                            for inner in 0..<32 {
                                sums[chain][row][column] &+= a[row][inner] &* b[inner][column]
                                operations += 2
                            }
                        }
                    }
                }
            }
            #expect(operations == DevicePeak.matrixOperations * 32 * Self.rounds)
            for lane in 0..<32 {
                var expected: Int32 = 0
                for chain in 0..<chains {
                    for index in 0..<4 {
                        expected ^= sums[chain][lane / 4 + index / 2 * 8][lane % 4 * 2 + index % 2]
                    }
                }
                #expect(found[warp * 32 + lane] == expected, "lane \(lane) of warp \(warp)")
            }
        }
    }

    /// Two runs of each, which a busy machine may pull apart, though not by a factor of ten.
    @Test func figuresAreRatesThatComeAgain() throws {
        let device = try #require(OpenCLDevices.chosen)
        let first = (try DevicePeak(device).integerGops(), try DevicePeak(device).floatGops())
        let second = (try DevicePeak(device).integerGops(), try DevicePeak(device).floatGops())
        for (one, other) in [(first.0, second.0), (first.1, second.1)] {
            #expect(one.isFinite && one > 0.01 && other.isFinite && other > 0.01)
            #expect(one < 10 * other && other < 10 * one, "\(one) and \(other)")
        }
    }
}
