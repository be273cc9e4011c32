import Tensors

/// The type of every value, and the values that are known before the model runs, for given input types.
package struct InferredTypes: Sendable {
    /// Types by value name, with the model's own element types.
    package var types: [String: TensorType] = [:]
    /// Known values by name: constants, run-time inputs that were given, and what follows from them where it is needed.
    package var values: [String: Tensor] = [:]
    /// Bytes of values computed while planning, of all nodes together.
    fileprivate var computedByteCount = 0
    /// The most of them that there may be.
    static let maximumValueByteCount = 1 << 28
    /// Typed operators, in node order.
    package var operators: [any Operator] = []
}

extension Graph {
    /// Infers every value's type, evaluating what shapes depend on.
    ///
    /// - Parameters:
    ///   - inputTypes: a type for each required input, and for each overridden default.
    ///   - inputValues: run-time inputs whose values may decide types, by name (see `planTimeInputNames`).
    ///   - evaluator: computes the nodes between known values and plan-time inputs.
    /// - Throws: the first contradiction, naming the node.
    package func inferTypes(
        inputTypes: [String: TensorType], inputValues: [String: Tensor], evaluator: any OperatorEvaluator
    ) throws(HoneError) -> InferredTypes {
        var inferred = InferredTypes()
        inferred.operators.reserveCapacity(nodes.count)
        for name in initializerOrder {
            guard let tensor = initializers[name] else { continue }
            inferred.types[name] = tensor.type
            if inputTypes[name] == nil { inferred.values[name] = tensor }
        }
        for (name, type) in inputTypes { inferred.types[name] = type }
        for (name, value) in inputValues { inferred.values[name] = value }
        for input in requiredInputs where inferred.types[input.name] == nil {
            throw HoneError(.invalidInput, "input '\(input.name)' is not given")
        }

        let needed = try planTimeValueNames()
        for node in nodes {
            let typed = try decode(node)
            inferred.operators.append(typed)
            do throws(HoneError) {
                try infer(node, typed, needed: needed, evaluator: evaluator, into: &inferred)
            } catch {
                throw error.atNode(node.label(opset: opset(of: node)))
            }
        }
        for output in outputs where inferred.types[output.name] == nil {
            throw HoneError(.invalidModel, "graph output '\(output.name)' is produced by nothing")
        }
        return inferred
    }

    private func infer(
        _ node: Node, _ typed: any Operator, needed: Set<String>, evaluator: any OperatorEvaluator,
        into inferred: inout InferredTypes
    ) throws(HoneError) {
        var types: [TensorType?] = []
        var values: [Tensor?] = []
        for name in node.inputs {
            guard !name.isEmpty else {
                types.append(nil)
                values.append(nil)
                continue
            }
            guard let type = inferred.types[name] else {
                throw HoneError(.invalidModel, "input '\(name)' is produced by nothing before this node")
            }
            types.append(type)
            values.append(inferred.values[name])
        }
        let operands = Operands(types: types, values: values, outputCount: node.outputs.count)
        let outputTypes = try typed.inferTypes(operands)
        guard outputTypes.count >= node.outputs.count else {
            throw HoneError(
                .invalidModel, "\(node.outputs.count) outputs are named, but there are \(outputTypes.count)")
        }
        for (name, type) in zip(node.outputs, outputTypes) where !name.isEmpty {
            inferred.types[name] = try TensorType.validated(type.elementType, type.shape)
        }
        guard node.outputs.contains(where: { needed.contains($0) }) else { return }
        let isKnown = zip(types, values).allSatisfy { type, value in type == nil || value != nil }
        let results: [Tensor]
        if let fromTypes = try typed.outputsFromTypes(operands) {
            results = fromTypes
        } else if isKnown {
            // What shapes depend on is small; a hostile file must not make the plan allocate more.
            for type in outputTypes {
                inferred.computedByteCount += try TensorType.validated(type.elementType, type.shape).byteCount
            }
            guard inferred.computedByteCount <= InferredTypes.maximumValueByteCount else {
                throw HoneError(
                    .unsupported,
                    "shapes depend on computed values of more than "
                        + "\(InferredTypes.maximumValueByteCount >> 20) MiB")
            }
            results = try evaluator.evaluate(typed, inputs: values, outputTypes: outputTypes)
        } else {
            return
        }
        for (name, value) in zip(node.outputs, results) where !name.isEmpty { inferred.values[name] = value }
    }

    /// The graph inputs whose values, not only types, decide the plan: a session specialises on them.
    package func planTimeInputNames() throws(HoneError) -> Set<String> {
        let needed = try planTimeValueNames()
        return Set(inputs.map(\.name).filter { needed.contains($0) })
    }

    /// Every value that some plan-time input depends on.
    package func planTimeValueNames() throws(HoneError) -> Set<String> {
        var needed: Set<String> = []
        for node in nodes.reversed() {
            let typed = try decode(node)
            if node.outputs.contains(where: { needed.contains($0) }), !type(of: typed).dependsOnTypesOnly {
                needed.formUnion(node.inputs.filter { !$0.isEmpty })
            }
            for index in typed.planTimeInputs {
                if let name = node.input(index) { needed.insert(name) }
            }
        }
        return needed
    }
}
