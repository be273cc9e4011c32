import ModelGraph
import Tensors

/// One function for each operator whose form changed between opset 7 and 13.
extension OpsetConversion {
    /// Squeeze, Unsqueeze, ReduceSum, Split: a list attribute became an int64 input in opset 13.
    mutating func moveInts(_ attribute: String, of node: inout Node, toInput index: Int) throws(HoneError) {
        guard let values = try takeInts(attribute, of: &node) else { return }
        node.inputs.append(constant(attribute, Tensor(values), for: node))
        guard node.inputs.count == index + 1 else {
            throw HoneError(.invalidModel, "\(node.inputs.count - 1) inputs; expected \(index)")
        }
    }

    /// Clip 6 to 11: `min` and `max` became inputs.
    mutating func convertClip(_ node: inout Node) throws(HoneError) {
        for attribute in ["min", "max"] {
            let bound = try takeFloat(attribute, of: &node)
            node.inputs.append(bound.map { constant(attribute, Tensor(scalar: $0), for: node) } ?? "")
        }
        while node.inputs.last == "" { node.inputs.removeLast() }
    }

    /// Pad 2 to 11: `pads` and `value` became inputs.
    mutating func convertPad(_ node: inout Node) throws(HoneError) {
        guard let pads = try takeInts("pads", of: &node) else {
            throw HoneError(.invalidModel, "attribute pads is missing")
        }
        node.inputs.append(constant("pads", Tensor(pads), for: node))
        if let value = try takeFloat("value", of: &node), value != 0 {
            node.inputs.append(constant("value", Tensor(scalar: value), for: node))
        }
    }

    /// Slice 1 to 10: `starts`, `ends` and `axes` became inputs.
    mutating func convertSlice(_ node: inout Node) throws(HoneError) {
        for attribute in ["starts", "ends"] {
            guard let values = try takeInts(attribute, of: &node) else {
                throw HoneError(.invalidModel, "attribute \(attribute) is missing")
            }
            node.inputs.append(constant(attribute, Tensor(values), for: node))
        }
        if let axes = try takeInts("axes", of: &node) {
            node.inputs.append(constant("axes", Tensor(axes), for: node))
        }
    }

    /// Dropout 7 and 10 to 12: `ratio` became an input, which inference ignores.
    mutating func convertDropout(_ node: inout Node) throws(HoneError) {
        node.attributes["ratio"] = nil
        guard node.outputs.count < 2 || node.outputs[1].isEmpty else {
            throw HoneError(
                .unsupported, "raising Dropout from opset \(opset) is not implemented where the mask is used")
        }
    }

    /// BatchNormalization 7 to 9: `spatial` went; only its default 1 still exists.
    mutating func convertBatchNormalization(_ node: inout Node) throws(HoneError) {
        guard let spatial = node.attributes.removeValue(forKey: "spatial") else { return }
        guard case .int(1) = spatial else {
            throw HoneError(.unsupported, "BatchNormalization with spatial = 0 has no form after opset 8")
        }
    }

    /// Upsample 7 and 9, and Resize 10, to Resize 11: scales became input 2, and the old sampling got names.
    mutating func convertResize(_ node: inout Node) throws(HoneError) {
        let scales: String
        if let values = node.attributes.removeValue(forKey: "scales") {
            guard case .floats(let floats) = values else {
                throw HoneError(.invalidModel, "attribute scales must be of type floats")
            }
            scales = constant("scales", Tensor(floats), for: node)
        } else if let input = node.input(1) {
            scales = input
        } else {
            throw HoneError(.invalidModel, "neither an attribute nor an input gives the scales")
        }
        guard let data = node.input(0) else { throw HoneError(.invalidModel, "required input 0 is missing") }
        node.operatorType = "Resize"
        node.inputs = [data, "", scales]
        node.attributes["coordinate_transformation_mode"] = .string("asymmetric")
        node.attributes["nearest_mode"] = .string("floor")
    }

    /// Softmax, LogSoftmax and Hardmax up to opset 12 flatten to two dimensions at `axis` (1 unless given) and normalise
    /// rows; from 13 on they normalise along one axis. The two agree where `axis` is the last; elsewhere the flattening is
    /// written out.
    mutating func convertSoftmax(_ node: Node) throws(HoneError) {
        var converted = node
        let axis: Int64
        switch converted.attributes.removeValue(forKey: "axis") {
        case nil: axis = 1
        case .int(let value): axis = value
        case .some(let other):
            throw HoneError(.invalidModel, "attribute axis must be of type int, but is of type \(other.kind)")
        }
        guard let data = node.input(0) else { throw HoneError(.invalidModel, "required input 0 is missing") }
        let rank = declaredRank(data) ?? declaredRank(node.outputs.first)
        converted.attributes["axis"] = .int(-1)
        if axis == -1 || rank.map({ axis == Int64($0) - 1 }) == true {
            nodes.append(converted)
            return
        }
        guard let output = node.outputs.first else { throw HoneError(.invalidModel, "the node has no output") }
        let shape = name("shape", for: node)
        let flat = name("flat", for: node)
        let normalised = name("rows", for: node)
        append("Shape", inputs: [data], output: shape)
        append("Flatten", inputs: [data], output: flat, attributes: ["axis": .int(axis)])
        converted.inputs = [flat]
        converted.outputs = [normalised]
        nodes.append(converted)
        append("Reshape", inputs: [normalised, shape], output: output)
    }

    private func takeInts(_ name: String, of node: inout Node) throws(HoneError) -> [Int64]? {
        guard let value = node.attributes.removeValue(forKey: name) else { return nil }
        guard case .ints(let ints) = value else {
            throw HoneError(.invalidModel, "attribute \(name) must be of type ints, but is of type \(value.kind)")
        }
        return ints
    }

    private func takeFloat(_ name: String, of node: inout Node) throws(HoneError) -> Float? {
        guard let value = node.attributes.removeValue(forKey: name) else { return nil }
        guard case .float(let float) = value else {
            throw HoneError(.invalidModel, "attribute \(name) must be of type float, but is of type \(value.kind)")
        }
        return float
    }
}
