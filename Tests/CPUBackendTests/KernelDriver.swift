import Lowering
import Runtime
import Tensors
import TestSupport

@testable import CPUBackend

/// Runs one kernel on operands in given layouts. Memory begins as garbage, halos of inputs included, so that a kernel that
/// reads what it should not, or leaves out what it should write, shows.
final class KernelDriver {
    private var blocks: [UnsafeMutableRawBufferPointer] = []
    private var addresses: [UnsafeMutableRawPointer] = []
    private var generator: SeededGenerator
    private static let guardBytes = 64

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    deinit { for block in blocks { block.deallocate() } }

    /// Memory for one more operand.
    func value(_ type: TensorType, _ layout: PlannedValue.Layout, constant: Tensor? = nil) -> StepOperands.Value {
        let value = StepOperands.Value(id: blocks.count, type: type, layout: layout, constant: constant)
        let bytes = (value.blocked?.byteCount ?? type.byteCount) + KernelDriver.guardBytes
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes, alignment: 64)
        generator.fill(block)
        for index in (bytes - KernelDriver.guardBytes)..<bytes { block[index] = 0x5A }
        guard let address = block.baseAddress else { preconditionFailure("an empty block") }
        blocks.append(block)
        addresses.append(address)
        return value
    }

    /// Writes the elements of `tensor`, and nothing beside them.
    func write(_ tensor: Tensor, to value: StepOperands.Value) {
        let (block, flip) = (blocks[value.id], KernelDriver.flip(value))
        let size = value.type.elementType.byteCount
        tensor.withUnsafeBytes { bytes in
            for (element, place) in KernelDriver.places(of: value).enumerated() {
                for byte in 0..<size { block[place + byte] = bytes[element * size + byte] ^ flip }
            }
        }
    }

    func read(_ value: StepOperands.Value) -> Tensor {
        let (block, flip) = (blocks[value.id], KernelDriver.flip(value))
        let size = value.type.elementType.byteCount
        var tensor = Tensor(zeros: value.type)
        tensor.withUnsafeMutableBytes { bytes in
            for (element, place) in KernelDriver.places(of: value).enumerated() {
                for byte in 0..<size { bytes[element * size + byte] = block[place + byte] ^ flip }
            }
        }
        return tensor
    }

    /// How many bytes of the halo and of lanes past C are not the layout's halo byte, or how many behind the value were
    /// overwritten.
    func misfilled(_ value: StepOperands.Value) -> Int {
        let block = blocks[value.id]
        let overrun = block.suffix(KernelDriver.guardBytes).count { $0 != 0x5A }
        guard let shape = value.blocked else { return overrun }
        let byte = shape.layout.haloByte
        let size = value.type.elementType.byteCount
        let own = Set(KernelDriver.places(of: value).flatMap { place in (0..<size).map { place + $0 } })
        let rows = shape.layout.halo.top + shape.height + shape.layout.halo.bottom
        var wrong = overrun
        for group in 0..<shape.images * shape.groups {
            // A group may be followed by bytes that belong to nothing.
            for place in group * shape.groupBytes..<group * shape.groupBytes + rows * shape.rowBytes
            where !own.contains(place) && block[place] != byte { wrong += 1 }
        }
        return wrong
    }

    func run(_ kernel: any CPUKernel) throws {
        try addresses.withUnsafeMutableBufferPointer { addresses in
            guard let base = addresses.baseAddress else { return }
            try kernel.run(PlanMemory(addresses: base))
        }
    }

    private static func flip(_ value: StepOperands.Value) -> UInt8 {
        value.blocked != nil && value.type.elementType == .int8 ? 0x80 : 0
    }

    /// Where each element lies, in row-major order.
    static func places(of value: StepOperands.Value) -> [Int] {
        let size = value.type.elementType.byteCount
        guard let shape = value.blocked else { return (0..<value.type.elementCount).map { $0 * size } }
        var places: [Int] = []
        let lanes = shape.layout.channelsPerPixel
        for image in 0..<shape.images {
            for channel in 0..<shape.channels {
                for row in 0..<shape.height {
                    for column in 0..<shape.width {
                        let group = image * shape.imageBytes + channel / lanes * shape.groupBytes
                        let pixel = row * shape.rowBytes + column * shape.pixelBytes
                        places.append(group + shape.originBytes + pixel + channel % lanes * size)
                    }
                }
            }
        }
        return places
    }
}
