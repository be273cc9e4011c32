import Lowering
import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport

@testable import OpenCLBackend

/// Runs one step's launches on operands in given layouts. Memory begins as garbage, so that a kernel that reads what it
/// should not, or leaves out what it should write, shows.
struct ConvU8BlockDriver {
    private let queue: CommandQueue
    private var contents: [[UInt8]] = []
    private var values: [StepOperands.Value] = []
    private var random: SeededGenerator

    init(seed: Int) throws {
        queue = try OpenCLDevices.queue()
        random = SeededGenerator(seed: UInt64(seed))
    }

    /// One more operand: its elements, with halo and unused lanes as the layout says where it is blocked; garbage without
    /// elements.
    mutating func value(
        _ type: TensorType, _ layout: PlannedValue.Layout, _ elements: Tensor? = nil
    ) -> StepOperands.Value {
        let value = StepOperands.Value(id: values.count, type: type, layout: layout, constant: nil)
        let size = value.blocked?.byteCount ?? (type.byteCount + BlockedShape.slack)
        var bytes = (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        if let shape = value.blocked {
            bytes = Self.blocked(elements, shape, over: bytes)
        } else if let elements {
            elements.withUnsafeBytes { source in for (index, byte) in source.enumerated() { bytes[index] = byte } }
        }
        values.append(value)
        contents.append(bytes)
        return value
    }

    /// A blocked value byte for byte: pixels, and the layout's byte in the halo and in lanes past C. What belongs to nothing
    /// stays. Without a tensor the pixels stay too, lanes past C included.
    static func blocked(_ tensor: Tensor?, _ shape: BlockedShape, over garbage: [UInt8]) -> [UInt8] {
        var bytes = garbage
        let flip: UInt8 = tensor?.elementType == .int8 ? 0x80 : 0
        let halo = shape.layout.halo
        let lanes = shape.layout.channelsPerPixel
        func fill(_ elements: UnsafeRawBufferPointer?) {
            for plane in 0..<(shape.images * shape.groups) {
                let (image, group) = plane.quotientAndRemainder(dividingBy: shape.groups)
                let start = image * shape.imageBytes + group * shape.groupBytes
                for row in -halo.top..<(shape.height + halo.bottom) {
                    for column in -halo.left..<(shape.width + halo.right) {
                        let isImage = (0..<shape.height).contains(row) && (0..<shape.width).contains(column)
                        if isImage, elements == nil { continue }
                        let pixel =
                            start + shape.originBytes + row * shape.rowBytes + column * shape.pixelBytes
                        for lane in 0..<lanes {
                            let channel = group * lanes + lane
                            var byte = shape.layout.haloByte
                            if isImage, channel < shape.channels, let elements {
                                let line = (image * shape.channels + channel) * shape.height + row
                                byte = elements[line * shape.width + column] ^ flip
                            }
                            bytes[pixel + lane] = byte
                        }
                    }
                }
            }
        }
        if let tensor { tensor.withUnsafeBytes { fill($0) } } else { fill(nil) }
        return bytes
    }

    /// Runs the step, and gives each value's bytes afterwards.
    func run(_ typedOperator: any OpenCLOperator, _ step: StepOperands) throws -> [[UInt8]] {
        let maker = LaunchMaker(queue: queue)
        maker.beginStep()
        let launches = try typedOperator.launches(step, maker)
        let buffers = try contents.map { try maker.buffer($0) }
        for launch in launches { try queue.enqueue(try maker.bind(launch) { buffers[$0] }) }
        return try zip(buffers, contents).map { try queue.read($0, count: $1.count, as: UInt8.self) }
    }

    /// What a value held before the run.
    func before(_ value: StepOperands.Value) -> [UInt8] { contents[value.id] }
}

/// Operators by name, and their definitions.
enum DefinedOperator {
    /// A node of that type, decoded.
    static func decode(
        _ type: String, domain: String = "", bounds: ClosedRange<Int>? = nil,
        attributes: [String: AttributeValue] = [:], inputs: [Tensor?]
    ) throws -> any Operator {
        var attributes = attributes
        if let bounds {
            attributes["lowest"] = .int(Int64(bounds.lowerBound))
            attributes["highest"] = .int(Int64(bounds.upperBound))
        }
        let node = Node(
            type, domain: bounds == nil ? domain : honeDomain,
            inputs: inputs.indices.map { inputs[$0] == nil ? "" : "x\($0)" }, outputs: ["y"], attributes: attributes)
        var graph = Graph()
        graph.opsets = ["": 21, microsoftDomain: 1, honeDomain: 1]
        return try graph.decode(node)
    }

    /// The result by definition.
    static func evaluate(_ typedOperator: any Operator, _ inputs: [Tensor?]) throws -> Tensor {
        let operands = Operands(types: inputs.map { $0?.type }, values: inputs.map { _ in nil }, outputCount: 1)
        let types = try typedOperator.inferTypes(operands)
        return try ReferenceBackend().evaluate(typedOperator, inputs: inputs, outputTypes: types)[0]
    }
}

extension Tensor {
    /// Bytes of int8 or uint8, from the low bytes of integers.
    static func eightBit(_ values: [Int], shape: [Int], signed: Bool) -> Tensor {
        signed
            ? Tensor(values.map { Int8(truncatingIfNeeded: $0) }, shape: shape)
            : Tensor(values.map { UInt8(truncatingIfNeeded: $0) }, shape: shape)
    }

    /// Random bytes of int8 or uint8.
    static func eightBit(_ shape: [Int], signed: Bool, _ random: inout SeededGenerator) -> Tensor {
        eightBit(
            (0..<shape.reduce(1, *)).map { _ in Int.random(in: -128...127, using: &random) }, shape: shape,
            signed: signed)
    }

    /// The one element of an 8-bit tensor as blocked layouts hold it.
    var storedByte: UInt8 { withUnsafeBytes { $0[0] ^ (elementType == .int8 ? 0x80 : 0) } }
}
