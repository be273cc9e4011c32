import Lowering
import Runtime
import Tensors
import TestSupport

@testable import CPUBackend

/// Float operands of one kernel, in any layout. What a kernel must write begins as garbage; the memory of an operand ends in bytes
/// that nobody may write.
final class FloatOperands {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private static let guardBytes = 64

    deinit { for block in blocks { block.deallocate() } }

    /// Memory for one more operand, filled with a byte that no float 0 has.
    func value(_ type: TensorType, _ layout: PlannedValue.Layout, constant: Tensor? = nil) -> StepOperands.Value {
        let value = StepOperands.Value(id: blocks.count, type: type, layout: layout, constant: constant)
        let bytes = (value.blocked?.byteCount ?? type.byteCount) + FloatOperands.guardBytes
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        for index in block.indices { block[index] = 0x5A }
        blocks.append(block)
        return value
    }

    /// An operand that holds a tensor, with zeros in its halo and its lanes past C, and NaNs behind its last pixel.
    func value(holding tensor: Tensor, _ layout: PlannedValue.Layout) -> StepOperands.Value {
        let value = value(tensor.type, layout)
        let floats = blocks[value.id].bindMemory(to: Float.self)
        for index in floats.indices { floats[index] = .nan }
        if let shape = value.blocked {
            for index in 0..<shape.images * shape.imageBytes / 4 { floats[index] = 0 }
        }
        tensor.withElements(of: Float.self) { elements in
            for (element, place) in FloatOperands.places(of: value).enumerated() { floats[place] = elements[element] }
        }
        return value
    }

    func read(_ value: StepOperands.Value) -> Tensor {
        let floats = blocks[value.id].bindMemory(to: Float.self)
        return Tensor(FloatOperands.places(of: value).map { floats[$0] }, shape: value.type.shape)
    }

    /// How many floats of the halo and of lanes past C are not 0, or how many bytes behind the value were overwritten.
    func misfilled(_ value: StepOperands.Value) -> Int {
        let block = blocks[value.id]
        var wrong = block.suffix(FloatOperands.guardBytes).count { $0 != 0x5A }
        guard let shape = value.blocked else { return wrong }
        let words = block.bindMemory(to: UInt32.self)
        let own = Set(FloatOperands.places(of: value))
        let rows = shape.layout.halo.top + shape.height + shape.layout.halo.bottom
        for group in 0..<shape.images * shape.groups {
            // A group may be followed by bytes that belong to nothing.
            let first = group * shape.groupBytes / 4
            for place in first..<first + rows * shape.rowBytes / 4 where !own.contains(place) && words[place] != 0 {
                wrong += 1
            }
        }
        return wrong
    }

    func run(_ kernel: any CPUKernel) throws {
        var addresses = blocks.compactMap(\.baseAddress)
        try addresses.withUnsafeMutableBufferPointer { addresses in
            guard let base = addresses.baseAddress else { return }
            try kernel.run(PlanMemory(addresses: base))
        }
    }

    /// Where each element lies, in floats, in row-major order.
    private static func places(of value: StepOperands.Value) -> [Int] {
        guard let shape = value.blocked else { return Array(0..<value.type.elementCount) }
        var places: [Int] = []
        let lanes = shape.layout.channelsPerPixel
        for image in 0..<shape.images {
            for channel in 0..<shape.channels {
                let group = image * shape.imageBytes + channel / lanes * shape.groupBytes + shape.originBytes
                for row in 0..<shape.height {
                    for column in 0..<shape.width {
                        places.append(
                            (group + row * shape.rowBytes + column * shape.pixelBytes) / 4 + channel % lanes)
                    }
                }
            }
        }
        return places
    }
}

/// Random numbers for float kernels, from a seed that the test prints.
struct FloatSource {
    private var generator: SeededGenerator

    init(seed: Int) { generator = SeededGenerator(seed: UInt64(seed)) }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func pick<Value>(_ values: [Value]) -> Value { values[integer(0...values.count - 1)] }

    mutating func chance(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &generator) < probability }

    mutating func halo() -> Halo {
        chance(0.3)
            ? .none : Halo(top: integer(0...3), left: integer(0...3), bottom: integer(0...3), right: integer(0...3))
    }

    /// Floats with full mantissas, so that another order of additions gives other bits; `special` adds what is no number, and 0.
    mutating func floats(_ shape: [Int], special: Bool) -> Tensor {
        let oddities: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude]
        let values = (0..<shape.reduce(1, *)).map { _ in
            special && chance(0.02) ? pick(oddities) : Float.random(in: -2...2, using: &generator)
        }
        return Tensor(values, shape: shape)
    }
}
