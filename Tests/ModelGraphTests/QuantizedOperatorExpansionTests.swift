import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

/// What is written out gives the bits of the operator's own definition.
@Suite struct QuantizedOperatorExpansionTests {
    private func check(
        _ tiny: TinyGraph, becomes expected: [String], sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let expanded = try tiny.graph.after(QuantizedOperatorExpansion(), sourceLocation: sourceLocation)
        #expect(expanded.operatorTypes == expected, sourceLocation: sourceLocation)
        var random = RandomTensors(seed: 88)
        var feed: [String: Tensor] = [:]
        for input in tiny.graph.inputs {
            let shape = (input.shape ?? []).compactMap(\.size)
            switch input.elementType {
            case .uint8: feed[input.name] = random.integers(UInt8.self, shape)
            case .int8: feed[input.name] = random.integers(Int8.self, shape)
            default: feed[input.name] = random.floats(shape)
            }
        }
        #expect(try tiny.graph.run(feed) == expanded.run(feed), sourceLocation: sourceLocation)
    }

    private func products(signed: Bool, columns: Bool) -> TinyGraph {
        var tiny = TinyGraph()
        var random = RandomTensors(seed: 5)
        tiny.constant("w", signed ? random.integers(Int8.self, [7, 3]) : random.integers(UInt8.self, [7, 3]))
        tiny.constant("sw", columns ? Tensor([0.1, 0.03, 0.7] as [Float]) : Tensor(scalar: Float(0.07)))
        if signed {
            tiny.constant("zw", columns ? Tensor([0, 3, -9] as [Int8]) : Tensor(scalar: Int8(-3)))
        } else {
            tiny.constant("zw", columns ? Tensor([128, 3, 255] as [UInt8]) : Tensor([UInt8(100)]))
        }
        tiny.constant("b", Tensor([1, -0.3, 1e-3] as [Float]))
        tiny.constant("row", Tensor([-1, 0.3, 1e-3] as [Float], shape: [1, 3]))
        tiny.output("y")
        return tiny
    }

    @Test(arguments: [true, false], [true, false])
    func dynamicProduct(signed: Bool, columns: Bool) throws {
        for (tail, last) in [(["zw", "b"], "Add"), (["", "row"], "Add"), (["zw"], "Mul"), ([], "Mul")] {
            var tiny = products(signed: signed, columns: columns)
            tiny.input("x", [2, 5, 7])
            tiny.node("DynamicQuantizeMatMul", ["x", "w", "sw"] + tail, ["y"], domain: microsoftDomain)
            tiny.graph.opsets[microsoftDomain] = 1
            let products = last == "Add" ? ["Mul", "Mul", "Add"] : ["Mul", "Mul"]
            try check(tiny, becomes: ["DynamicQuantizeLinear", "MatMulInteger", "Cast"] + products)
        }
    }

    @Test(arguments: [true, false], [true, false])
    func productToFloat(signed: Bool, columns: Bool) throws {
        for tail in [["", "zw", "b"], ["zx", "zw", "b"], ["zx"], []] {
            var tiny = products(signed: signed, columns: columns)
            tiny.input("x", [5, 7], .uint8)
            tiny.constant("sx", Tensor([Float(0.013)]))
            tiny.constant("zx", Tensor(scalar: UInt8(77)))
            tiny.node("MatMulIntegerToFloat", ["x", "w", "sx", "sw"] + tail, ["y"], domain: microsoftDomain)
            tiny.graph.opsets[microsoftDomain] = 1
            let products = tail.count == 3 ? ["Mul", "Mul", "Add"] : ["Mul", "Mul"]
            try check(tiny, becomes: ["MatMulInteger", "Cast"] + products)
        }
    }

    @Test func scalesThatAreNotPositiveAreRefused() throws {
        var tiny = products(signed: true, columns: true)
        tiny.constant("sw", Tensor([0.1, 0, 0.7] as [Float]))
        tiny.input("x", [5, 7])
        tiny.node("DynamicQuantizeMatMul", ["x", "w", "sw"], ["y"], domain: microsoftDomain)
        tiny.graph.opsets[microsoftDomain] = 1
        #expect(throws: HoneError.self) { try tiny.graph.run(["x": Tensor(zeros: TensorType(.float32, [5, 7]))]) }
    }

    @Test(arguments: [13, 18], [([2, 3], 1), ([-1], 0), ([], 0), ([3, 0], 0)] as [([Int64], Int64)])
    func mean(opset: Int, _ reduction: (axes: [Int64], keepdims: Int64)) throws {
        var tiny = TinyGraph(opset: opset)
        tiny.input("x", [2, 3, 5, 7], .int8)
        for (name, value) in [("sx", Tensor(scalar: Float(0.05))), ("sy", Tensor([Float(0.017)]))] {
            tiny.constant(name, value)
        }
        tiny.constant("zx", Tensor(scalar: Int8(-7)))
        tiny.constant("zy", Tensor(scalar: Int8(20)))
        tiny.node(
            "QLinearReduceMean", ["x", "sx", "zx", "sy", "zy"], ["y"], domain: microsoftDomain,
            ["axes": .ints(reduction.axes), "keepdims": .int(reduction.keepdims)])
        tiny.graph.opsets[microsoftDomain] = 1
        tiny.output("y")
        try check(tiny, becomes: ["DequantizeLinear", "ReduceMean", "QuantizeLinear"])
    }

    @Test func choice() throws {
        var tiny = TinyGraph()
        tiny.constant("c", Tensor([true, false, true, true, false], shape: [5]))
        tiny.input("x", [2, 3, 5], .uint8)
        tiny.input("y", [3, 1], .uint8)
        for (name, scale, point) in [("x", 0.05, 3), ("y", 0.04, 200), ("z", 0.06, 7)] as [(String, Float, UInt8)] {
            tiny.constant("s" + name, Tensor(scalar: scale))
            tiny.constant("z" + name, Tensor(scalar: point))
        }
        tiny.node(
            "QLinearWhere", ["c", "x", "sx", "zx", "y", "sy", "zy", "sz", "zz"], ["r"], domain: microsoftDomain)
        tiny.graph.opsets[microsoftDomain] = 1
        tiny.output("r")
        try check(
            tiny, becomes: ["DequantizeLinear", "QuantizeLinear", "DequantizeLinear", "QuantizeLinear", "Where"])
    }
}
