import ModelGraph
import Tensors

extension Plan {
    /// Plans a graph whose types are inferred: skips what is already known, gives every value a place.
    package init(_ graph: Graph, inferred: InferredTypes) throws(HoneError) {
        var identifiers: [String: ValueID] = [:]
        let lastStep = graph.nodes.count

        func add(_ name: String, place: PlannedValue.Place, at step: Int) throws(HoneError) -> ValueID {
            if let known = identifiers[name] {
                values[known].lifetime =
                    values[known].lifetime.lowerBound...max(step, values[known].lifetime.upperBound)
                return known
            }
            guard let type = inferred.types[name] else {
                throw HoneError(.invalidModel, "value '\(name)' has no type")
            }
            identifiers[name] = values.count
            values.append(
                PlannedValue(
                    name: name, type: type.computeType, modelElementType: type.elementType, place: place,
                    lifetime: step...step))
            return values.count - 1
        }

        for input in graph.inputs where inferred.values[input.name] == nil || graph.initializers[input.name] == nil {
            inputs.append(try add(input.name, place: .input, at: -1))
        }
        let graphOutputs = Set(graph.outputs.map(\.name))
        for (index, node) in graph.nodes.enumerated() {
            let wanted = node.outputs.filter { !$0.isEmpty }
            if wanted.allSatisfy({ inferred.values[$0] != nil && !graphOutputs.contains($0) }) { continue }
            var step = PlanStep(
                index: steps.count, node: node, label: node.label(opset: graph.opset(of: node)),
                typedOperator: inferred.operators[index], inputs: [], outputs: [])
            for name in node.inputs {
                guard !name.isEmpty else {
                    step.inputs.append(nil)
                    continue
                }
                if identifiers[name] == nil, let value = inferred.values[name] {
                    step.inputs.append(try add(name, place: .constant(value.inComputeType()), at: -1))
                } else {
                    step.inputs.append(try add(name, place: .input, at: index))
                }
            }
            for name in node.outputs {
                let place: PlannedValue.Place = graphOutputs.contains(name) ? .output : .arena(offset: 0)
                step.outputs.append(name.isEmpty ? nil : try add(name, place: place, at: index))
            }
            steps.append(step)
        }
        for output in graph.outputs {
            if identifiers[output.name] == nil, let value = inferred.values[output.name] {
                outputs.append(try add(output.name, place: .constant(value.inComputeType()), at: -1))
            } else {
                outputs.append(try add(output.name, place: .output, at: lastStep))
            }
        }
        placeInArena()
    }
}
