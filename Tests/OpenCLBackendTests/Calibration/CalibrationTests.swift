import Optimizers
import Runtime
import Tensors
import TestSupport
import Testing

@testable import OpenCLBackend

/// Summaries from the device against those of the host, which are the definition.
@Suite(OpenCLDevices.areThere) struct CalibrationTests {
    /// What the elements of a trial are like.
    enum Kind: CaseIterable {
        case normal, rectified, anyBits, subnormal, zeros, powersOfTwo, withoutFinite, manySpecial

        func element(_ generator: inout SeededGenerator) -> Float {
            let uniform = Float.random(in: -4..<4, using: &generator)
            switch self {
            case .normal: return uniform * uniform * uniform
            case .rectified: return max(uniform, 0)
            case .anyBits: return Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()))
            case .subnormal: return Float(bitPattern: UInt32(truncatingIfNeeded: generator.next()) & 0x807f_ffff)
            case .zeros: return uniform < 0 ? -0.0 : 0
            case .powersOfTwo:
                return Float(sign: uniform < 0 ? .minus : .plus, exponent: Int(uniform * 9), significand: 1)
            case .withoutFinite: return uniform < 0 ? .nan : -.infinity
            case .manySpecial: return uniform < -2 ? .nan : uniform > 3 ? .infinity : uniform > 2 ? -.infinity : uniform
            }
        }
    }

    @Test(arguments: Kind.allCases, [[3, 5, 7, 6], [2, 33, 5, 9], [1, 3, 40, 50], [5, 1, 1, 1]])
    func statisticsEqualTheHosts(kind: Kind, dimensions: [Int]) throws {
        var generator = SeededGenerator(seed: 11)
        let elements = (0..<dimensions.reduce(1, *)).map { _ in kind.element(&generator) }
        var expected = TensorStatistics()
        elements.withUnsafeBufferPointer { expected.add($0, samples: dimensions[0]) }
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)

        let rowMajor = try #require(ElementLines(rowMajor: elements.count, samples: dimensions[0]))
        #expect(try statistics(of: elements, rowMajor, maker, queue) == expected)

        for layout in [
            BlockedLayout(halo: Halo(top: 1, left: 2, bottom: 3, right: 1)),
            BlockedLayout(halo: Halo(left: 1), channelsPerPixel: dimensions[1]),
        ] where layout.channelsPerPixel == 16 || dimensions[1] < 16 {
            let type = TensorType(.float32, dimensions)
            let shape = try #require(BlockedShape(type, layout))
            // What is in the halo and in lanes past the channels must not count.
            var blocked = [Float](repeating: 3e38, count: (shape.byteCount + 3) / 4)
            for (index, element) in elements.enumerated() {
                blocked[shape.place(ofElement: index) / 4] = element
            }
            let lines = try #require(ElementLines(blocked: shape))
            #expect(try statistics(of: blocked, lines, maker, queue) == expected)
        }
    }

    /// A second batch goes on from nothing, also over other exponents.
    @Test func batchesAddUp() throws {
        var generator = SeededGenerator(seed: 12)
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let memory = try maker.buffer([Float](repeating: 0, count: 600))
        let lines = try #require(ElementLines(rowMajor: 600, samples: 4))
        let observer = try ValueObserver(of: .buffer(memory), lines: lines, maker)
        let bound = try observer.launches.map { try maker.bind($0) { _ in memory } }
        var found = TensorStatistics()
        var expected = TensorStatistics()
        for scale in [1, 1000, 0.001] as [Float] {
            let elements = (0..<600).map { _ in Float.random(in: -1...1, using: &generator) * scale }
            try elements.withUnsafeBytes { try queue.write($0, to: memory) }
            for launch in bound { try queue.enqueue(launch) }
            found.add(try observer.summary(queue))
            elements.withUnsafeBufferPointer { expected.add($0, samples: 4) }
        }
        #expect(found == expected)
    }

    @Test(arguments: [([6, 4, 3, 3], 0), ([6, 40, 3, 3], 1), ([2, 3, 500], 2), ([7], 0)])
    func channelsEqualThePlainLoop(dimensions: [Int], axis: Int) throws {
        var generator = SeededGenerator(seed: 13)
        let elements = (0..<dimensions.reduce(1, *)).map { _ in Float.random(in: -3...2, using: &generator) }
        let inner = dimensions[(axis + 1)...].reduce(1, *)
        var channels = [[Float]](repeating: [], count: dimensions[axis])
        for (index, element) in elements.enumerated() { channels[index / inner % dimensions[axis]].append(element) }
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let shape = try #require(ChannelShape(dimensions, axis: axis))
        let memory = try maker.buffer(elements)
        let magnitudes = try maker.buffer([Float](repeating: -1, count: channels.count))
        let observer = try ChannelObserver(of: .buffer(memory), shape, maker)
        let largest = shape.largestMagnitudes(of: .buffer(memory), into: .buffer(magnitudes))
        for launch in observer.launches + [largest] { try queue.enqueue(try maker.bind(launch) { _ in memory }) }
        #expect(
            try queue.read(magnitudes, count: channels.count, as: Float.self)
                == channels.map { $0.map(\.magnitude).max() })
        #expect(try observer.extremes(queue).map(\.extremes) == channels.map { ($0.min() ?? 0)...($0.max() ?? 0) })
    }

    @Test(arguments: [(37, 70, 75), (1, 1, 1), (100, 3, 3), (20, 130, 130)])
    func hessianIsOneChainInRowOrder(count: Int, width: Int, distance: Int) throws {
        var generator = SeededGenerator(seed: 14)
        let rows = (0..<(count * distance)).map { _ in Float.random(in: -1...1, using: &generator) }
        var expected = [Float](repeating: 0, count: width * width)
        for row in 0..<count {
            for i in 0..<width {
                for j in 0..<width {
                    expected[i * width + j].addProduct(rows[row * distance + i], rows[row * distance + j])
                }
            }
        }
        let queue = try OpenCLDevices.queue()
        let maker = LaunchMaker(queue: queue)
        let hessian = try maker.buffer([Float](repeating: 0, count: width * width))
        // In two parts, which may not show.
        let first = count / 2
        for part in [0..<first, first..<count] {
            let memory = try maker.buffer(Array(rows[(part.lowerBound * distance)..<(part.upperBound * distance)]))
            let launch = Hessian.accumulate(
                .buffer(memory), count: part.count, width: width, distance: distance, into: .buffer(hessian))
            try queue.enqueue(try maker.bind(launch) { _ in memory })
        }
        let found = try queue.read(hessian, count: width * width, as: UInt32.self)
        #expect(found == expected.map(\.bitPattern))
    }

    @Test func sizesThatNoKernelTakesAreRefused() {
        #expect(ElementLines(rowMajor: 5_000_000_000, samples: 1) == nil)
        #expect(ElementLines(rowMajor: 70_000, samples: 70_000) == nil)
        #expect(ElementLines(rowMajor: 0, samples: 0) == nil)
        #expect(ChannelShape(outer: 1, channels: 1_000_000, inner: 1) == nil)
        #expect(ChannelShape(outer: 1, channels: 1, inner: 5_000_000_000) == nil)
    }

    private func statistics(
        of elements: [Float], _ lines: ElementLines, _ maker: LaunchMaker, _ queue: CommandQueue
    ) throws -> TensorStatistics {
        let memory = try maker.buffer(elements)
        let observer = try ValueObserver(of: .buffer(memory), lines: lines, maker)
        for launch in observer.launches { try queue.enqueue(try maker.bind(launch) { _ in memory }) }
        var statistics = TensorStatistics()
        statistics.add(try observer.summary(queue))
        return statistics
    }
}

extension BlockedShape {
    /// The byte at which an element of the row-major tensor lies.
    fileprivate func place(ofElement index: Int) -> Int {
        let pixel = index % (height * width)
        let channel = index / (height * width) % channels
        let image = index / (height * width * channels)
        let perPixel = layout.channelsPerPixel
        return originBytes + image * imageBytes + channel / perPixel * groupBytes + pixel / width * rowBytes
            + pixel % width * pixelBytes + channel % perPixel * elementBytes
    }
}
