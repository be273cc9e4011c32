import Tensors

/// Conv, MatMul and Gemm between DequantizeLinear and QuantizeLinear.
enum LinearRecognition {
    /// QLinearConv; nil where the operands are not quantized in a form that it takes.
    static func conv(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Node? {
        let node = site.node
        guard let dataName = node.input(0), let weightName = node.input(1),
            let data = QuantizedOperand(dequantizedTo: dataName, editor, types),
            let weight = QuantizedWeight(dequantizedTo: weightName, axis: 0, editor), weight.tensor.rank >= 3
        else { return nil }
        var biasInput: [String] = []
        if let name = node.input(2) {
            guard
                let bias = QuantizedBias.make(
                    name, activation: data, weight: weight, channels: weight.tensor.shape[0], axis: .last(rank: 1),
                    &editor)
            else { return nil }
            biasInput = [bias]
        }
        let inputs =
            [data.integers] + data.parameters(&editor) + [weight.integers] + weight.parameters(&editor)
            + site.result.parameters(&editor) + biasInput
        return bounded("QLinearConv", standardDomain: "", site, inputs, node.attributes)
    }

    /// QLinearMatMul.
    static func matMul(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Node? {
        guard let aName = site.node.input(0), let bName = site.node.input(1),
            let a = QuantizedOperand(dequantizedTo: aName, editor, types)
        else { return nil }
        let second: [String]
        if let weight = QuantizedWeight(dequantizedTo: bName, axis: 1, editor), weight.tensor.rank == 2 {
            second = [weight.integers] + weight.parameters(&editor)
        } else if let b = QuantizedOperand(dequantizedTo: bName, editor, types) {
            second = [b.integers] + b.parameters(&editor)
        } else {
            return nil
        }
        let inputs = [a.integers] + a.parameters(&editor) + second + site.result.parameters(&editor)
        return bounded("QLinearMatMul", standardDomain: "", site, inputs, [:])
    }

    /// QGemm.
    static func gemm(_ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes) -> Node? {
        let node = site.node
        let isTransposed = node.int("transB") ?? 0 != 0
        guard let aName = node.input(0), let bName = node.input(1), node.int("transA") ?? 0 == 0,
            node.float("alpha") ?? 1 == 1, node.input(2) == nil || node.float("beta") ?? 1 == 1
        else { return nil }
        return gemm(aName, bName, isTransposed: isTransposed, bias: node.input(2), site, &editor, types)
    }

    /// QGemm for a MatMul of matrices and the Add of a bias, which is the site's operator.
    static func biasedMatMul(
        _ site: QuantizedSite, _ editor: inout GraphEditor, _ types: StaticTypes
    ) -> (node: Node, matMul: Int)? {
        guard site.node.inputs.count == 2 else { return nil }
        for position in 0...1 {
            let product = site.node.inputs[position]
            guard let (number, matMul) = editor.producer(of: product, among: ["MatMul"]), editor.hasSingleUser(product),
                let aName = matMul.input(0), let bName = matMul.input(1), types.rank(aName) == 2,
                let node = gemm(
                    aName, bName, isTransposed: false, bias: site.node.inputs[1 - position], site, &editor, types)
            else { continue }
            return (node, number)
        }
        return nil
    }

    private static func gemm(
        _ aName: String, _ bName: String, isTransposed: Bool, bias: String?, _ site: QuantizedSite,
        _ editor: inout GraphEditor, _ types: StaticTypes
    ) -> Node? {
        let axis = isTransposed ? 0 : 1
        guard let a = QuantizedOperand(dequantizedTo: aName, editor, types),
            let weight = QuantizedWeight(dequantizedTo: bName, axis: axis, editor), weight.tensor.rank == 2
        else { return nil }
        var biasName = ""
        if let bias {
            guard
                let made = QuantizedBias.make(
                    bias, activation: a, weight: weight, channels: weight.tensor.shape[axis], axis: .second(rank: 2),
                    &editor)
            else { return nil }
            biasName = made
        }
        let inputs =
            [a.integers] + a.parameters(&editor) + [weight.integers] + weight.parameters(&editor) + [biasName]
            + site.result.parameters(&editor)
        return bounded(
            "QGemm", standardDomain: microsoftDomain, site, inputs, isTransposed ? ["transB": .int(1)] : [:])
    }

    /// The operator of its own domain, or the one of the `hone` domain that clamps its result.
    static func bounded(
        _ type: String, standardDomain: String, _ site: QuantizedSite, _ inputs: [String],
        _ attributes: [String: AttributeValue]
    ) -> Node {
        Node(
            type, domain: site.isUnbounded ? standardDomain : honeDomain, inputs: inputs, outputs: [],
            attributes: site.isUnbounded ? attributes : attributes.merging(site.boundsAttributes) { own, _ in own })
    }
}
