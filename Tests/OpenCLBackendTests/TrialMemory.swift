import Lowering
import OpenCLBackend
import Runtime
import Tensors
import Testing

/// Device memory of the operands of one step, and what lies in it.
struct TrialMemory {
    /// What results and halos hold before the kernel runs.
    private static let garbage: UInt8 = 0xA7

    private let queue: CommandQueue
    private var buffers: [DeviceBuffer] = []

    init(_ queue: CommandQueue) { self.queue = queue }

    /// A place for a value; with `content` its elements, lanes past C and halo as the layout says, else garbage.
    mutating func value(
        _ type: TensorType, _ layout: PlannedValue.Layout, _ content: Tensor?, isConstant: Bool = false
    ) throws -> StepOperands.Value {
        let value = StepOperands.Value(
            id: buffers.count, type: type, layout: layout, constant: isConstant ? content : nil)
        let byteCount = value.blocked?.byteCount ?? type.byteCount + BlockedShape.slack
        var bytes = [UInt8](repeating: TrialMemory.garbage, count: byteCount)
        if let content {
            if let shape = value.blocked, shape.elementBytes == 1 {
                for index in bytes.indices { bytes[index] = shape.layout.haloByte }
            }
            content.withUnsafeBytes { source in
                TrialMemory.forEachByte(of: value) { element, place in bytes[place] = source[element] }
            }
            TrialMemory.flip(&bytes, value)
            TrialMemory.forEachSpareByte(of: value) { bytes[$0] = value.blocked?.layout.haloByte ?? 0 }
        }
        let buffer = try queue.context.makeBuffer(byteCount: byteCount)
        try bytes.withUnsafeBytes { try queue.write($0, to: buffer) }
        buffers.append(buffer)
        return value
    }

    func buffer(_ id: Plan.ValueID) -> DeviceBuffer { buffers[id] }

    /// A value's elements, and how many bytes around them are not as they should be: lanes past C hold the halo's byte, all
    /// else the garbage that was there.
    func read(_ value: StepOperands.Value) throws -> (elements: Tensor, misfilled: Int) {
        var bytes = try queue.read(buffers[value.id], count: buffers[value.id].byteCount, as: UInt8.self)
        var expected = [UInt8](repeating: TrialMemory.garbage, count: bytes.count)
        TrialMemory.forEachSpareByte(of: value) { expected[$0] = value.blocked?.layout.haloByte ?? 0 }
        TrialMemory.forEachByte(of: value) { _, place in expected[place] = bytes[place] }
        // The last group of a value without channels past C ends the memory that a kernel may touch.
        let misfilled = zip(bytes, expected).count { $0 != $1 }
        TrialMemory.flip(&bytes, value)
        var tensor = Tensor(zeros: value.type)
        tensor.withUnsafeMutableBytes { target in
            TrialMemory.forEachByte(of: value) { element, place in target[element] = bytes[place] }
        }
        return (tensor, misfilled)
    }

    private static func flip(_ bytes: inout [UInt8], _ value: StepOperands.Value) {
        guard value.blocked != nil, value.type.elementType == .int8 else { return }
        forEachByte(of: value) { _, place in bytes[place] ^= 0x80 }
    }

    /// Each byte of the row-major value with its place.
    private static func forEachByte(of value: StepOperands.Value, _ body: (_ element: Int, _ place: Int) -> Void) {
        guard let shape = value.blocked else {
            for byte in 0..<value.type.byteCount { body(byte, byte) }
            return
        }
        var element = 0
        forEachPixel(of: shape, lanes: 0..<shape.channels) { place in
            for byte in 0..<shape.elementBytes { body(element + byte, place + byte) }
            element += shape.elementBytes
        }
    }

    /// Each byte of the lanes past C.
    private static func forEachSpareByte(of value: StepOperands.Value, _ body: (_ place: Int) -> Void) {
        guard let shape = value.blocked else { return }
        forEachPixel(of: shape, lanes: shape.channels..<shape.groups * shape.layout.channelsPerPixel) { place in
            for byte in 0..<shape.elementBytes { body(place + byte) }
        }
    }

    private static func forEachPixel(of shape: BlockedShape, lanes: Range<Int>, _ body: (_ place: Int) -> Void) {
        for image in 0..<shape.images {
            for channel in lanes {
                let (group, lane) = channel.quotientAndRemainder(dividingBy: shape.layout.channelsPerPixel)
                for row in 0..<shape.height {
                    for column in 0..<shape.width {
                        body(
                            shape.offset(image: image, group: group, row: row) + column * shape.pixelBytes
                                + lane * shape.elementBytes)
                    }
                }
            }
        }
    }
}
