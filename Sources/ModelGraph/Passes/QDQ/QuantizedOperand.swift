import Tensors

/// An 8-bit tensor with constant per-tensor parameters: what stands before a DequantizeLinear or behind a QuantizeLinear.
struct QuantizedOperand {
    /// The name of the integers.
    let integers: String
    let elementType: ElementType
    let scale: Float
    let zeroPoint: Int32
    private let scaleName: String
    private let zeroPointName: String?

    /// The integers that a DequantizeLinear turns into `value`; nil if something else makes it.
    init?(dequantizedTo value: String, _ editor: GraphEditor, _ types: StaticTypes) {
        guard let node = editor.dequantization(of: value), let source = node.input(0),
            node.givesFloat32,
            let type = editor.constant(node, 2)?.elementType ?? editor.constant(source)?.elementType
                ?? types.elementType(source)
        else { return nil }
        self.init(node, integers: source, type, editor)
    }

    /// The integers that a QuantizeLinear makes.
    init?(quantizedBy node: Node, _ editor: GraphEditor) {
        guard node.isQuantizeLinear, node.outputs.count == 1, node.input(0) != nil else { return nil }
        // QuantizeLinear 10: uint8 without a zero point; 21: unless output_dtype says otherwise.
        let given = node.int("output_dtype").flatMap { Int32(exactly: $0) }.flatMap { ElementType(rawValue: $0) }
        guard node.input(2) == nil || editor.constant(node, 2) != nil else { return nil }
        self.init(
            node, integers: node.outputs[0], editor.constant(node, 2)?.elementType ?? given ?? .uint8, editor)
    }

    private init?(_ node: Node, integers: String, _ type: ElementType, _ editor: GraphEditor) {
        guard Set<ElementType>.eightBit.contains(type), node.int("block_size") ?? 0 == 0,
            let scaleName = node.input(1), let scale = editor.constant(scaleName), scale.elementType == .float32,
            scale.elementCount == 1, scale.rank <= 1
        else { return nil }
        let value = scale.floats()[0]
        guard value.isFinite, value > 0 else { return nil }
        if let name = node.input(2) {
            guard let zeroPoint = editor.constant(name), zeroPoint.elementType == type,
                let values = zeroPoint.integers(), values.count == 1, zeroPoint.rank <= 1
            else { return nil }
            self.zeroPoint = Int32(values[0])
            zeroPointName = name
        } else {
            zeroPoint = 0
            zeroPointName = nil
        }
        (self.integers, elementType, self.scale, self.scaleName) = (integers, type, value, scaleName)
    }

    var range: QuantizedRange { elementType == .int8 ? .int8 : .uint8 }

    /// Whether equal integers stand for equal reals.
    func hasParameters(of other: QuantizedOperand) -> Bool {
        elementType == other.elementType && scale == other.scale && zeroPoint == other.zeroPoint
    }

    func quantized(_ real: Float) -> Int32 { quantize(real, scale: scale, zeroPoint: zeroPoint, range: range) }

    /// The names of scale and zero point, as scalars that are both there.
    func parameters(_ editor: inout GraphEditor) -> [String] {
        [
            editor.scalar(scaleName),
            zeroPointName.map { editor.scalar($0) } ?? editor.zeroPoint(TensorType(elementType, [])),
        ]
    }
}

/// A constant 8-bit weight with its parameters, per tensor or per output channel.
struct QuantizedWeight {
    let tensor: Tensor
    /// The name of the integers.
    let integers: String
    /// One value, or one per output channel.
    let scales: [Float]
    private let scaleName: String
    private let zeroPointName: String?

    /// The weight that a DequantizeLinear turns into `value`, with its output channels on `axis`.
    init?(dequantizedTo value: String, axis: Int, _ editor: GraphEditor) {
        guard let node = editor.dequantization(of: value), let name = node.input(0),
            let tensor = editor.constant(name), Set<ElementType>.eightBit.contains(tensor.elementType),
            tensor.rank > axis, node.givesFloat32, node.int("block_size") ?? 0 == 0,
            let scaleName = node.input(1), let scale = editor.constant(scaleName), scale.elementType == .float32,
            scale.rank <= 1
        else { return nil }
        scales = scale.floats()
        guard scales.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        if scales.count != 1 {
            // DequantizeLinear 13: axis is 1 unless given.
            let given = node.int("axis") ?? 1
            guard (given < 0 ? given + tensor.rank : given) == axis, scales.count == tensor.shape[axis] else {
                return nil
            }
        }
        if let name = node.input(2) {
            guard let zeroPoint = editor.constant(name), zeroPoint.elementType == tensor.elementType,
                zeroPoint.elementCount == scales.count, zeroPoint.rank <= 1
            else { return nil }
        }
        (integers, self.tensor, self.scaleName, zeroPointName) = (name, tensor, scaleName, node.input(2))
    }

    /// The names of scale and zero point, both there, as scalars where they hold for the tensor.
    func parameters(_ editor: inout GraphEditor) -> [String] {
        if scales.count == 1 {
            return [
                editor.scalar(scaleName),
                zeroPointName.map { editor.scalar($0) } ?? editor.zeroPoint(TensorType(tensor.elementType, [])),
            ]
        }
        return [
            scaleName, zeroPointName ?? editor.zeroPoint(TensorType(tensor.elementType, [scales.count])),
        ]
    }
}

extension Node {
    /// DequantizeLinear 23 may name another output type than the scale's.
    fileprivate var givesFloat32: Bool { [0, 1].contains(int("output_dtype") ?? 0) }

    /// QuantizeLinear of ai.onnx, or ONNX Runtime's own one, which computes the same.
    var isQuantizeLinear: Bool { operatorType == "QuantizeLinear" && (isStandard || domain == microsoftDomain) }

    /// DequantizeLinear, likewise.
    var isDequantizeLinear: Bool { operatorType == "DequantizeLinear" && (isStandard || domain == microsoftDomain) }
}

extension GraphEditor {
    /// The DequantizeLinear that makes a value.
    func dequantization(of value: String) -> Node? {
        guard let number = producer(of: value), let node = self[number], node.isDequantizeLinear else { return nil }
        return node
    }

    /// The name of a one-element constant as a scalar: the constant itself, or a copy if it has a dimension.
    mutating func scalar(_ name: String) -> String {
        guard let tensor = constant(name), tensor.rank != 0 else { return name }
        return reshapedConstant(name, tensor.reshaped([]))
    }
}
