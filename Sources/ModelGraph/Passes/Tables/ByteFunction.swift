import Tensors

/// Nodes that compute one value, element by element, from a single 8-bit value and constants.
struct ByteFunction {
    /// The 8-bit value.
    let source: String
    let sourceType: ElementType
    /// The nodes in graph order; the last one makes the result.
    let numbers: [Int]

    /// The functions that end with a node, the one of the most nodes first.
    ///
    /// Walks back from the node and takes what made the latest of the values still missing: when a value's turn comes,
    /// all nodes that might read it are in. A DequantizeLinear may have other readers, for which it is kept.
    static func ending(with last: Int, _ editor: GraphEditor, _ types: StaticTypes) -> [ByteFunction] {
        var found: [ByteFunction] = []
        var members: Set<Int> = []
        // Values that members read and no member makes.
        var missing: Set<String> = []
        var next = last
        while let node = editor[next], let inputs = dataInputs(node, editor) {
            members.insert(next)
            missing.subtract(node.outputs)
            missing.formUnion(inputs)
            if missing.count == 1, let source = missing.first,
                let type = eightBitType(of: source, readBy: members, editor, types)
            {
                found.append(ByteFunction(source: source, sourceType: type, numbers: members.sorted()))
            }
            let latest = missing.max { editor.producer(of: $0) ?? -1 < editor.producer(of: $1) ?? -1 }
            guard let latest, let maker = editor.producer(of: latest), let node = editor[maker],
                node.isDequantizeLinear
                    || (!editor.isGraphOutput(latest) && members.isSuperset(of: editor.users(of: latest)))
            else { break }
            next = maker
        }
        return found.reversed()
    }

    /// What an element-wise node with one output reads beside constants of one element; nil for other nodes.
    private static func dataInputs(_ node: Node, _ editor: GraphEditor) -> [String]? {
        guard let positions = ElementwisePositions.ofData(node), node.outputs.count == 1 else { return nil }
        var data: [String] = []
        for (position, name) in node.inputs.enumerated() where !name.isEmpty {
            if let constant = editor.constant(name) {
                guard constant.elementCount == 1 else { return nil }
            } else {
                guard positions.contains(position) else { return nil }
                data.append(name)
            }
        }
        return data
    }

    private static func eightBitType(
        of value: String, readBy members: Set<Int>, _ editor: GraphEditor, _ types: StaticTypes
    ) -> ElementType? {
        if let type = types.elementType(value) { return Set<ElementType>.eightBit.contains(type) ? type : nil }
        // Of a graph whose types are not known: a zero point has its data's type, and stands two places behind them.
        for number in editor.users(of: value) where members.contains(number) {
            guard let node = editor[number], node.isDequantizeLinear || node.computesOnIntegers,
                let position = node.inputs.firstIndex(of: value),
                let type = editor.constant(node, position + 2)?.elementType
            else { continue }
            return Set<ElementType>.eightBit.contains(type) ? type : nil
        }
        return nil
    }

    /// The result for each byte of the source, as the nodes themselves compute it.
    ///
    /// - Returns: 256 elements; nil where the result is not of 8 bits or has another shape than the source, where a value
    ///   in between is computed in another type than the model's, or where the nodes refuse their operands.
    func table(
        _ editor: GraphEditor, _ operators: [any Operator], _ types: StaticTypes, _ evaluator: any OperatorEvaluator
    ) -> Tensor? {
        let rank = types.rank(source) ?? 0
        let shape = Array(repeating: 1, count: max(rank - 1, 0)) + [TableLookup.tableCount]
        let bytes = (0..<TableLookup.tableCount).map { UInt8($0) }
        var values = [
            source: sourceType == .int8
                ? Tensor(bytes.map { Int8(bitPattern: $0) }, shape: shape) : Tensor(bytes, shape: shape)
        ]
        var result: Tensor?
        for number in numbers {
            guard let node = editor[number] else { return nil }
            var inputs: [Tensor?] = []
            for name in node.inputs {
                let constant = name.isEmpty ? nil : editor.constant(name)
                // One of more dimensions than the source would give the result as many.
                if let constant, constant.rank > rank { return nil }
                inputs.append(constant ?? values[name])
            }
            let operands = Operands(types: inputs.map { $0?.type }, values: inputs, outputCount: 1)
            guard let type = try? operators[number].inferTypes(operands).first, type.shape == shape,
                type.elementType.computeType == type.elementType,
                let value = try? evaluator.evaluate(operators[number], inputs: inputs, outputTypes: [type]).first
            else { return nil }
            values[node.outputs[0]] = value
            result = value
        }
        guard let result, Set<ElementType>.eightBit.contains(result.elementType) else { return nil }
        return result.reshaped([TableLookup.tableCount])
    }
}

extension Node {
    /// Whether the node is one of ONNX Runtime's element-wise operators on quantized values, clamped or not.
    var computesOnIntegers: Bool {
        operatorType.hasPrefix("QLinear") && [microsoftDomain, honeDomain].contains(domain)
    }
}
