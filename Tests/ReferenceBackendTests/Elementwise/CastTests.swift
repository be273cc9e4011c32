import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import TestSupport
import Testing

@Suite struct CastTests {
    private func cast(_ x: Tensor, to target: ElementType) throws -> Tensor {
        try SingleOperator("Cast", opset: 13, ["to": .int(Int64(target.rawValue))]).result(x)
    }

    @Test func floatsLoseTheirFractionAndSaturate() throws {
        let x = Tensor([-1.9, -0.9, 0.9, 1.9, 300, -300, .infinity, -.infinity, .nan] as [Float])
        #expect(try cast(x, to: .int8).elements(as: Int8.self) == [-1, 0, 0, 1, 127, -128, 127, -128, 0])
        #expect(try cast(x, to: .uint8).elements(as: UInt8.self) == [0, 0, 0, 1, 255, 0, 255, 0, 0])
        #expect(
            try cast(x, to: .int64).elements(as: Int64.self) == [-1, 0, 0, 1, 300, -300, .max, .min, 0])
        #expect(try cast(x, to: .uint64).elements(as: UInt64.self) == [0, 0, 0, 1, 300, 0, .max, 0, 0])
        #expect(
            try cast(Tensor([2_147_483_648, -2_147_483_648, 2_147_483_520] as [Float]), to: .int32).elements(
                as: Int32.self)
                == [.max, .min, 2_147_483_520])
    }

    @Test func integersKeepTheirLowBits() throws {
        let x = Tensor([Int32(-1), 256, 511, -129, 65_536])
        #expect(try cast(x, to: .uint8).elements(as: UInt8.self) == [255, 0, 255, 127, 0])
        #expect(try cast(x, to: .int8).elements(as: Int8.self) == [-1, 0, -1, 127, 0])
        #expect(try cast(x, to: .uint64).elements(as: UInt64.self) == [.max, 256, 511, .max - 128, 65_536])
        #expect(try cast(x, to: .float32).elements(as: Float.self) == [-1, 256, 511, -129, 65_536])
    }

    @Test func boolIsZeroOrNot() throws {
        let x = Tensor([0, -0.0, 0.1, .nan, -3] as [Float])
        #expect(try cast(x, to: .bool).elements(as: Bool.self) == [false, false, true, true, true])
        #expect(try cast(Tensor([Int16(0), 256]), to: .bool).elements(as: Bool.self) == [false, true])
        // A file's bool may hold any byte.
        let bytes: [UInt8] = [0, 1, 2, 255]
        let loose = try bytes.withUnsafeBytes { raw throws(HoneError) in
            try Tensor(type: TensorType(.bool, [4]), bytes: raw)
        }
        #expect(try cast(loose, to: .int32).elements(as: Int32.self) == [0, 1, 1, 1])
        #expect(try cast(loose, to: .float32).elements(as: Float.self) == [0, 1, 1, 1])
    }

    @Test func narrowFloatsAreRounded() throws {
        let x = Tensor([1 + 1 / 2048, 65_520, 1 + 1 / 256] as [Float])
        #expect(try cast(x, to: .float16).elements(as: Float16.self) == [1, .infinity, 1 + 1 / 256])
        #expect(try cast(x, to: .bfloat16).elements(as: BFloat16.self).map(\.float) == [1, 65_536, 1])
        #expect(try cast(x, to: .float64).elements(as: Double.self) == [1 + 1 / 2048, 65_520, 1 + 1 / 256])
        #expect(try cast(Tensor([Float16(-1.5)]), to: .int32).elements(as: Int32.self) == [-1])

        // The rounding also holds where the next node reads the value, which backends keep as float32.
        var graph = Graph()
        graph.opsets = ["": 13]
        graph.inputs = [ValueInfo(name: "x", elementType: .float32, shape: nil)]
        graph.outputs = [ValueInfo(name: "z", elementType: nil, shape: nil)]
        graph.nodes = [
            Node("Cast", inputs: ["x"], outputs: ["y"], attributes: ["to": .int(10)]),
            Node("Cast", inputs: ["y"], outputs: ["z"], attributes: ["to": .int(1)]),
        ]
        let session = try Session(graph, backend: ReferenceBackend(), evaluator: ReferenceBackend())
        #expect(try session.run(["x": x])["z"]?.elements(as: Float.self) == [1, .infinity, 1 + 1 / 256])
    }

    @Test func refusedTypesAreNamed() {
        let cast = SingleOperator("Cast", opset: 21, ["to": .int(17), "saturate": .int(0)])
        do throws(HoneError) {
            _ = try cast.result(Tensor([1] as [Float]))
            Issue.record("float8 was accepted")
        } catch {
            #expect(error.code == .unsupported && error.message.contains("float8e4m3fn"))
        }
        #expect(
            thrownCode {
                _ = try SingleOperator("Cast", opset: 13, ["to": .int(.max)]).result(Tensor([1] as [Float]))
            } == .unsupported)
    }
}
