import Optimizers
import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend
@testable import Lowering

/// What the backend sums up where a value lies, against statistics that take its elements one by one.
@Suite struct ValueCounterTests {
    @Test(arguments: [1, 2, 3, 8], [BlockedLayout?.none, .none16, .halo16, .packed])
    func equalsElementByElement(threads: Int, layout: BlockedLayout?) throws {
        var generator = SeededGenerator(seed: 5)
        let counter = try ValueCounter(threads: threads)
        for kind in Values.allCases {
            for shape in [[1, 16, 7, 7], [3, 37, 5, 9], [2, 3, 150, 70], [1, 130, 33, 17], [1, 1, 1, 1]] {
                let type = TensorType(.float32, shape)
                let values = (0..<type.elementCount).map { _ in kind.draw(&generator) }
                let summary = try HostThreads.$limit.withValue(threads) {
                    try #require(try Self.summary(values, type, layout, counter))
                }
                #expect(summary.samples.count == shape[0])
                var found = TensorStatistics()
                found.add(summary)
                var expected = TensorStatistics()
                values.withUnsafeBufferPointer { expected.add($0, samples: shape[0]) }
                #expect(found == expected, "\(kind) \(shape)")
            }
        }
    }

    @Test func ranksWithoutImagesAreSamplesOfRows() throws {
        var generator = SeededGenerator(seed: 6)
        let counter = try ValueCounter(threads: 2)
        for shape in [[], [4], [5, 70_001], [2, 3, 4, 5, 6]] {
            let type = TensorType(.float32, shape)
            let values = (0..<type.elementCount).map { _ in Values.unit.draw(&generator) }
            var found = TensorStatistics()
            found.add(try #require(try Self.summary(values, type, nil, counter)))
            var expected = TensorStatistics()
            values.withUnsafeBufferPointer { expected.add($0, samples: shape.first ?? 1) }
            #expect(found == expected, "\(shape)")
        }
    }

    @Test func otherTypesAndEmptyValuesAreLeftToTheHost() throws {
        let counter = try ValueCounter(threads: 1)
        #expect(try Self.summary([], TensorType(.float32, [0, 3, 4, 4]), nil, counter) == nil)
        let integers = StepOperands.Value(id: 0, type: TensorType(.int32, [4]), layout: .rowMajor, constant: nil)
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { bytes in
            #expect(counter.summary(of: integers, at: UnsafeRawPointer(bytes.baseAddress.unsafelyUnwrapped)) == nil)
        }
    }

    private static func summary(
        _ values: [Float], _ type: TensorType, _ layout: BlockedLayout?, _ counter: ValueCounter
    ) throws -> ValueSummary? {
        let plain = StepOperands.Value(id: 0, type: type, layout: .rowMajor, constant: nil)
        var lying = StepOperands.Value(id: 1, type: type, layout: .rowMajor, constant: nil)
        if var layout {
            if layout.channelsPerPixel == 0 { layout.channelsPerPixel = min(type.shape[1], 16) }
            // Packed pixels hold all channels, or 16 of them.
            if type.shape[1] > 16 { layout.channelsPerPixel = 16 }
            lying.layout = .blocked(layout)
        }
        let byteCount = lying.blocked?.byteCount ?? type.byteCount
        let source = UnsafeMutableRawPointer.allocate(byteCount: max(type.byteCount, 4), alignment: 64)
        let target = UnsafeMutableRawPointer.allocate(byteCount: max(byteCount, 4), alignment: 64)
        defer {
            source.deallocate()
            target.deallocate()
        }
        // What is no element must not count: infinity would.
        target.bindMemory(to: Float.self, capacity: byteCount / 4).initialize(
            repeating: .infinity, count: byteCount / 4)
        values.withUnsafeBytes {
            source.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(source), byteCount: type.byteCount)
        }
        guard lying.blocked != nil else { return counter.summary(of: plain, at: source) }
        var addresses = [source, target]
        try addresses.withUnsafeMutableBufferPointer { addresses in
            try LayoutConversion(from: plain, to: lying).run(PlanMemory(addresses: #require(addresses.baseAddress)))
        }
        return counter.summary(of: lying, at: target)
    }
}

extension BlockedLayout {
    fileprivate static let none16 = BlockedLayout()
    fileprivate static let halo16 = BlockedLayout(halo: Halo(top: 1, left: 2, bottom: 3, right: 4))
    /// As many channels in a pixel as there are.
    fileprivate static let packed = BlockedLayout(channelsPerPixel: 0)
}

/// Kinds of values that a histogram may meet.
private enum Values: CaseIterable {
    case unit, rectified, powersOfTwo, subnormal, huge, allKinds, notFinite, zeros

    func draw(_ generator: inout SeededGenerator) -> Float {
        switch self {
        case .unit: return Float.random(in: -1...1, using: &generator)
        case .rectified: return max(0, Float.random(in: -3...5, using: &generator))
        case .powersOfTwo:
            let sign: Float = Bool.random(using: &generator) ? 1 : -1
            return sign * Float(sign: .plus, exponent: Int.random(in: -12...12, using: &generator), significand: 1)
        case .subnormal:
            return Float(
                bitPattern: UInt32.random(in: 0..<1 << 24, using: &generator)
                    | (UInt32.random(in: 0...1, using: &generator) << 31))
        case .huge: return Float.random(in: -1...1, using: &generator) * .greatestFiniteMagnitude
        case .allKinds: return Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
        case .notFinite: return [Float.nan, .infinity, -.infinity][Int.random(in: 0...2, using: &generator)]
        case .zeros: return Bool.random(using: &generator) ? 0 : -0.0
        }
    }
}
