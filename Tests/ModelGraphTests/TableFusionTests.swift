import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@Suite struct TableFusionTests {
    private static let passes: [any GraphPass] = [
        QDQRecognition(), DeadNodeRemoval(), QuantizedActivationFusion(), FoldRemainingConstants(), TableFusion(),
        DeadNodeRemoval(),
    ]

    /// One way to write an activation: from the float value "d" to the float value that is given back.
    struct Form: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var opset = 14
        /// Nodes of type, inputs, attributes; node i makes "n<i>", and "three", "six" and "slope" are constants.
        let nodes: [(type: String, inputs: [String], attributes: [String: AttributeValue])]
    }

    static let forms = [
        Form(testDescription: "Sigmoid", nodes: [("Sigmoid", ["d"], [:])]),
        Form(testDescription: "HardSwish", nodes: [("HardSwish", ["d"], [:])]),
        Form(testDescription: "Swish", opset: 24, nodes: [("Swish", ["d"], [:])]),
        Form(testDescription: "Tanh", nodes: [("Tanh", ["d"], [:])]),
        Form(testDescription: "Elu", nodes: [("Elu", ["d"], [:])]),
        Form(testDescription: "Relu to another scale", nodes: [("Relu", ["d"], [:])]),
        Form(testDescription: "PRelu with one slope", nodes: [("PRelu", ["d", "slope"], [:])]),
        Form(testDescription: "x * Sigmoid(x)", nodes: [("Sigmoid", ["d"], [:]), ("Mul", ["n0", "d"], [:])]),
        Form(testDescription: "x * HardSigmoid(x)", nodes: [("HardSigmoid", ["d"], [:]), ("Mul", ["d", "n0"], [:])]),
        Form(
            testDescription: "x * Clip(x + 3, 0, 6) / 6",
            nodes: [
                ("Add", ["d", "three"], [:]), ("Clip", ["n0", "zero", "six"], [:]), ("Mul", ["d", "n1"], [:]),
                ("Div", ["n2", "six"], [:]),
            ]),
        Form(
            testDescription: "Exp, Neg, Abs, Sqrt, Pow, Sub, Max",
            nodes: [
                ("Neg", ["d"], [:]), ("Exp", ["n0"], [:]), ("Abs", ["d"], [:]), ("Sqrt", ["n2"], [:]),
                ("Pow", ["n3", "three"], [:]), ("Sub", ["n4", "n1"], [:]), ("Max", ["n5", "d", "slope"], [:]),
            ]),
    ]

    /// The form between a quantized input "x" and a quantized output "y"; with `steps`, each node's result is quantized,
    /// and dequantized for each of its readers.
    private func graph(_ form: Form, signed: Bool, steps: Bool) -> TinyGraph {
        var tiny = TinyGraph(opset: form.opset)
        let zeroPoint = signed ? Tensor(scalar: Int8(-9)) : Tensor(scalar: UInt8(119))
        tiny.input("x", [nil, 3, 5, 7], signed ? .int8 : .uint8)
        tiny.dequantize("x", "d", scale: Tensor(scalar: Float(0.05)), zeroPoint: zeroPoint)
        for (name, value) in [("zero", Float(0)), ("three", 3), ("six", 6), ("slope", 0.2)] {
            tiny.constant(name, Tensor(scalar: value))
        }
        for (index, node) in form.nodes.enumerated() {
            let isLast = index == form.nodes.count - 1
            let result = "n\(index)"
            let made = steps && !isLast ? result + "_float" : result
            tiny.node(node.type, node.inputs, [made], node.attributes)
            if steps && !isLast {
                tiny.quantize(made, result + "_integers", scale: 0.04 + Float(index) / 100, zeroPoint: zeroPoint)
                tiny.dequantize(
                    result + "_integers", result, scale: Tensor(scalar: 0.04 + Float(index) / 100), zeroPoint: zeroPoint
                )
            }
        }
        tiny.quantize("n\(form.nodes.count - 1)", "y", scale: 0.031, zeroPoint: zeroPoint)
        tiny.output("y")
        return tiny
    }

    private func feed(signed: Bool) -> [String: Tensor] {
        // Every byte, and some again.
        let bytes = (0..<315).map { UInt8(truncatingIfNeeded: $0 &* 77) }
        let shape = [3, 3, 5, 7]
        return [
            "x": signed ? Tensor(bytes.map { Int8(bitPattern: $0) }, shape: shape) : Tensor(bytes, shape: shape)
        ]
    }

    private func after(_ graph: Graph, sourceLocation: SourceLocation = #_sourceLocation) throws -> Graph {
        var changed = graph
        try PassPipeline(Self.passes).run(on: &changed, evaluator: ReferenceBackend())
        return try changed.after(TableFusion(), DeadNodeRemoval(), sourceLocation: sourceLocation)
    }

    @Test(arguments: forms, [false, true])
    func activationsBecomeOneTable(form: Form, signed: Bool) throws {
        for steps in [false, true] {
            let tiny = graph(form, signed: signed, steps: steps)
            let fused = try after(tiny.graph)
            #expect(fused.operatorTypes == ["hone.TableLookup"])
            #expect(try fused.run(feed(signed: signed)) == tiny.graph.run(feed(signed: signed)))
        }
    }

    @Test(arguments: forms) func thePipelinesAgree(form: Form) throws {
        let tiny = graph(form, signed: false, steps: true)
        var (fused, unfused) = (tiny.graph, tiny.graph)
        try PassPipeline.execution.run(on: &fused, evaluator: ReferenceBackend())
        try PassPipeline.unfusedExecution.run(on: &unfused, evaluator: ReferenceBackend())
        #expect(fused.operatorTypes == ["hone.TableLookup"])
        #expect(!unfused.operatorTypes.contains("hone.TableLookup"))
        #expect(try fused.run(feed(signed: false)) == unfused.run(feed(signed: false)))
    }

    @Test func theTableMayHaveAnotherTypeThanItsInput() throws {
        var tiny = TinyGraph()
        tiny.input("x", [nil, 3, 5, 7], .uint8)
        tiny.dequantize("x", "d", scale: Tensor(scalar: Float(0.05)), zeroPoint: Tensor(scalar: UInt8(7)))
        tiny.node("Tanh", ["d"], ["t"])
        tiny.quantize("t", "y", scale: 0.008, zeroPoint: Tensor(scalar: Int8(3)))
        tiny.output("y")
        let fused = try after(tiny.graph)
        #expect(fused.operatorTypes == ["hone.TableLookup"])
        #expect(try fused.run(feed(signed: false)) == tiny.graph.run(feed(signed: false)))
    }

    @Test func theRankNeedNotBeKnown() throws {
        var tiny = graph(Self.forms[1], signed: true, steps: false)
        tiny.graph.inputs[0].shape = nil
        let fused = try after(tiny.graph)
        #expect(fused.operatorTypes == ["hone.TableLookup"])
        #expect(try fused.run(feed(signed: true)) == tiny.graph.run(feed(signed: true)))
    }

    @Test func loneNodesThatCostNoMoreThanATableStay() throws {
        for type in ["Clamp", "Relu", "DequantizeLinear", "QuantizeLinear"] {
            var tiny = TinyGraph(opset: 14)
            tiny.graph.opsets[honeDomain] = 1
            tiny.input("x", [2, 3], type == "QuantizeLinear" ? .float32 : .int8)
            switch type {
            case "Clamp":
                tiny.node("Clamp", ["x"], ["y"], domain: honeDomain, ["lowest": .int(-3), "highest": .int(9)])
            case "Relu":
                tiny.node("Relu", ["x"], ["y"])
            case "DequantizeLinear":
                tiny.dequantize("x", "y", scale: Tensor(scalar: Float(0.1)), zeroPoint: Tensor(scalar: Int8(1)))
            default:
                tiny.quantize("x", "y", scale: 0.1, zeroPoint: Tensor(scalar: Int8(1)))
            }
            tiny.output("y")
            let fused = try tiny.graph.after(TableFusion())
            #expect(fused.operatorTypes.map { $0.replacing("hone.", with: "") } == [type])
        }
    }

    @Test func functionsOfTwoValuesStay() throws {
        var tiny = TinyGraph()
        for name in ["a", "b"] {
            tiny.input(name, [2, 3], .uint8)
            tiny.dequantize(
                name, name + "d", scale: Tensor(scalar: Float(0.05)), zeroPoint: Tensor(scalar: UInt8(7)))
        }
        tiny.node("Sigmoid", ["ad"], ["s"])
        tiny.node("Div", ["s", "bd"], ["q"])
        tiny.quantize("q", "y", scale: 0.031, zeroPoint: Tensor(scalar: UInt8(7)))
        tiny.output("y")
        #expect(try !after(tiny.graph).operatorTypes.contains("hone.TableLookup"))
    }

    @Test func constantsOfSeveralElementsOrMoreDimensionsStay() throws {
        for constant in [Tensor([Float(1), 2, 3]), Tensor([Float(2)], shape: [1, 1, 1, 1, 1])] {
            var tiny = TinyGraph()
            tiny.input("x", [nil, 3], .uint8)
            tiny.dequantize("x", "d", scale: Tensor(scalar: Float(0.05)), zeroPoint: Tensor(scalar: UInt8(7)))
            tiny.constant("k", constant)
            tiny.node("Tanh", ["d"], ["t"])
            tiny.node("Mul", ["t", "k"], ["p"])
            tiny.quantize("p", "y", scale: 0.031, zeroPoint: Tensor(scalar: UInt8(7)))
            tiny.output("y")
            #expect(
                try after(tiny.graph).operatorTypes == ["DequantizeLinear", "Tanh", "Mul", "QuantizeLinear"])
        }
    }

    @Test func scalesForEachChannelStay() throws {
        var tiny = TinyGraph()
        tiny.input("x", [1, 3], .uint8)
        tiny.dequantize(
            "x", "d", scale: Tensor([Float(0.05), 0.1, 0.2]), zeroPoint: Tensor([UInt8(7), 8, 9]), axis: 1)
        tiny.node("Tanh", ["d"], ["t"])
        tiny.quantize("t", "y", scale: 0.031, zeroPoint: Tensor(scalar: UInt8(7)))
        tiny.output("y")
        #expect(try after(tiny.graph).operatorTypes == ["DequantizeLinear", "Tanh", "QuantizeLinear"])
    }

    /// Half precision is computed in float32 where a plan runs it: rounding its values to half would change bits.
    @Test func halfPrecisionStays() throws {
        var tiny = TinyGraph(opset: 19)
        tiny.input("x", [1, 3], .uint8)
        tiny.constant("scale", Tensor([Float(0.05)], shape: []).narrowed(to: .float16))
        tiny.constant("point", Tensor(scalar: UInt8(7)))
        tiny.node("DequantizeLinear", ["x", "scale", "point"], ["d"])
        tiny.node("Tanh", ["d"], ["t"])
        tiny.node("QuantizeLinear", ["t", "scale", "point"], ["y"])
        tiny.output("y")
        #expect(try !tiny.graph.after(TableFusion()).operatorTypes.contains("hone.TableLookup"))
    }

    @Test func valuesThatOthersReadBoundTheTable() throws {
        // "s" leaves the graph: it is computed, and the table starts behind it, but the DequantizeLinear may have readers.
        var tiny = TinyGraph(opset: 14)
        tiny.input("x", [nil, 3, 5, 7], .uint8)
        tiny.dequantize("x", "d", scale: Tensor(scalar: Float(0.05)), zeroPoint: Tensor(scalar: UInt8(119)))
        tiny.node("Sigmoid", ["d"], ["sf"])
        tiny.quantize("sf", "s", scale: 0.004, zeroPoint: Tensor(scalar: UInt8(3)))
        tiny.dequantize("s", "sd", scale: Tensor(scalar: Float(0.004)), zeroPoint: Tensor(scalar: UInt8(3)))
        tiny.node("HardSwish", ["sd"], ["h"])
        tiny.quantize("h", "y", scale: 0.031, zeroPoint: Tensor(scalar: UInt8(7)))
        tiny.output("y", "s", "d")
        let fused = try after(tiny.graph)
        #expect(fused.operatorTypes == ["DequantizeLinear", "hone.TableLookup", "hone.TableLookup"])
        #expect(fused.nodes.last?.inputs.first == "s")
        #expect(try fused.run(feed(signed: false)) == tiny.graph.run(feed(signed: false)))
    }

    @Test func aFloatThatOthersReadPreventsTheTable() throws {
        var tiny = graph(Self.forms[7], signed: false, steps: false)
        tiny.output("n0")
        #expect(
            try after(tiny.graph).operatorTypes == ["DequantizeLinear", "Sigmoid", "Mul", "QuantizeLinear"])
    }

    @Test func tablesOfAnotherLengthAreErrors() throws {
        var tiny = TinyGraph()
        tiny.graph.opsets[honeDomain] = 1
        tiny.input("x", [2], .uint8)
        tiny.constant("table", Tensor([UInt8](repeating: 1, count: 255)))
        tiny.node("TableLookup", ["x", "table"], ["y"], domain: honeDomain)
        tiny.output("y")
        let graph = tiny.graph
        #expect(throws: HoneError.self) { try graph.run(["x": Tensor([UInt8(1), 2])]) }
    }
}
