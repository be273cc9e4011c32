import ModelGraph

/// A pool over one plane as a list of windows, one, two or three dimensions: the oracle of the pools.
struct PoolCase {
    struct Window {
        /// The pixels that the window holds, in the order of the kernel.
        var places: [Int] = []
        /// How many taps lie in the input or in its padding.
        var paddedCount = 0
    }

    var input: [Int]
    var kernel: [Int]
    var strides: [Int]
    var dilations: [Int]
    var pads: [Int]
    var roundsUp: Bool

    init(using generator: inout SeededFloats) {
        let rank = generator.integer(1...3)
        kernel = (0..<rank).map { _ in generator.integer(1...3) }
        strides = (0..<rank).map { _ in generator.integer(1...3) }
        // Pads below the kernel's size and no dilation with padding: no window is without input.
        let isDilated = generator.integer(0...1) == 1
        dilations = kernel.map { _ in isDilated ? 2 : 1 }
        let limits = kernel + kernel
        pads = limits.map { isDilated ? 0 : generator.integer(0...$0 - 1) }
        input = (0..<rank).map { _ in generator.integer(5...7) }
        roundsUp = generator.integer(0...1) == 1
    }

    var attributes: [String: AttributeValue] {
        func ints(_ values: [Int]) -> AttributeValue { .ints(values.map { Int64($0) }) }
        return [
            "kernel_shape": ints(kernel), "strides": ints(strides), "dilations": ints(dilations), "pads": ints(pads),
            "ceil_mode": .int(roundsUp ? 1 : 0),
        ]
    }

    /// The output's size, counted: windows that fit, and one more where sizes round up and it starts before the end padding.
    var output: [Int] {
        input.indices.map { dimension in
            let extent = (kernel[dimension] - 1) * dilations[dimension] + 1
            let padded = input[dimension] + pads[dimension] + pads[input.count + dimension]
            var count = 0
            while count * strides[dimension] + extent <= padded { count += 1 }
            let start = count * strides[dimension]
            let isIncomplete = (count - 1) * strides[dimension] + extent < padded
            return roundsUp && isIncomplete && start < input[dimension] + pads[dimension] ? count + 1 : count
        }
    }

    var windows: [Window] {
        places(output).map { corner in
            var window = Window()
            for tap in places(kernel) {
                let at = input.indices.map { corner[$0] * strides[$0] - pads[$0] + tap[$0] * dilations[$0] }
                if input.indices.allSatisfy({ at[$0] < input[$0] + pads[input.count + $0] }) { window.paddedCount += 1 }
                guard input.indices.allSatisfy({ at[$0] >= 0 && at[$0] < input[$0] }) else { continue }
                window.places.append(input.indices.reduce(0) { $0 * input[$1] + at[$1] })
            }
            return window
        }
    }

    /// Every index of a shape, in row-major order.
    private func places(_ shape: [Int]) -> [[Int]] {
        shape.reduce([[]]) { prefixes, size in prefixes.flatMap { prefix in (0..<size).map { prefix + [$0] } } }
    }
}
