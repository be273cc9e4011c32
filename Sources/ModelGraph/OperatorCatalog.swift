import Tensors

/// Every operator that the importer accepts.
///
/// The families are listed in `Operators/*Family.swift`, one line an operator.
package enum OperatorCatalog {
    package static let all: [any Operator.Type] = families.flatMap { $0 }

    private static let byIdentifier: [OperatorIdentifier: any Operator.Type] = {
        var table: [OperatorIdentifier: any Operator.Type] = [:]
        for type in all {
            let previous = table.updateValue(type, forKey: type.identifier)
            precondition(previous == nil, "\(type.identifier) is in the catalog twice")
        }
        return table
    }()

    /// The operator of that identity, nil if Hone has none.
    package static func find(_ identifier: OperatorIdentifier) -> (any Operator.Type)? { byIdentifier[identifier] }
}

extension Graph {
    /// The typed operator of a node.
    ///
    /// - Throws: `.unsupported` or `.invalidModel`, naming node, operator, opset and what is supported.
    package func decode(_ node: Node) throws(HoneError) -> any Operator {
        let opset = opset(of: node)
        let label = node.label(opset: opset)
        guard let opset else {
            throw HoneError(
                .invalidModel, "the model does not import the operator's domain '\(node.domain)'", node: label)
        }
        guard let type = OperatorCatalog.find(OperatorIdentifier(node.operatorType, domain: node.domain)) else {
            throw HoneError(
                .unsupported, "operator \(node.qualifiedType) is not supported",
                remedy: "ARCHITECTURE.md lists those that are",
                node: label)
        }
        guard type.opsets.contains(opset) else {
            let range = "\(type.opsets.lowerBound) to \(type.opsets.upperBound)"
            throw HoneError(.unsupported, "opset \(opset) is not supported; supported are \(range)", node: label)
        }
        guard type.inputCount.contains(node.inputs.count), type.outputCount.contains(node.outputs.count) else {
            throw HoneError(
                .invalidModel,
                "\(node.inputs.count) inputs and \(node.outputs.count) outputs; expected \(described(type.inputCount)) and "
                    + described(type.outputCount), node: label)
        }
        var reader = AttributeReader(node, opset: opset)
        do throws(HoneError) {
            let decoded = try type.init(&reader)
            try reader.finish()
            return decoded
        } catch {
            throw error.atNode(label)
        }
    }

    private func described(_ range: ClosedRange<Int>) -> String {
        if range.count == 1 { return "\(range.lowerBound)" }
        return range.upperBound == Int.max - 1
            ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
    }
}

/// For operators with any number of inputs.
package let variadic = Int.max - 1
