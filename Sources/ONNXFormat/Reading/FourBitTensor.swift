import COnnx
import ModelGraph
import Tensors

/// Integers of 4 bits, two to a byte, the first in the low half: read as int8 or uint8, which hold the same numbers.
enum FourBitTensor {
    /// The type that holds the integers of an ONNX element type; nil unless that is uint4 or int4.
    static func stored(_ code: Int32) -> ElementType? {
        switch code {
        case 21: .uint8
        case 22: .int8
        default: nil
        }
    }

    /// The bytes that `shape` takes packed.
    static func packedType(_ shape: [Int]) -> TensorType {
        let count = TensorType(.uint8, shape).elementCount
        return TensorType(.uint8, [count / 2 + count % 2])
    }

    /// One element to a byte, of an int8 the sign extended.
    static func unpack(_ packed: Tensor, to type: TensorType) -> Tensor {
        var result = Tensor(zeros: type)
        let isSigned = type.elementType == .int8
        packed.withUnsafeBytes { packed in
            result.withUnsafeMutableBytes { bytes in
                for index in bytes.indices {
                    let nibble = index % 2 == 0 ? packed[index / 2] & 0xF : packed[index / 2] >> 4
                    bytes[index] = isSigned && nibble >= 8 ? nibble | 0xF0 : nibble
                }
            }
        }
        return result
    }

    /// Operators that only move elements of their first input.
    private static let moving: Set<String> = [
        "Expand", "Flatten", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Tile", "Transpose", "Unsqueeze",
    ]

    /// Checks that integers of 4 bits are only moved and dequantized, for which it does not matter in how many bits they lie.
    ///
    /// - Throws: `.unsupported`, naming the node that does anything else with them.
    static func check(_ names: Set<String>, in graph: Graph) throws(HoneError) {
        guard !names.isEmpty else { return }
        var names = names
        for node in graph.nodes {
            for (position, name) in node.inputs.enumerated() where names.contains(name) {
                if node.isDequantization, position == 0 || position == 2 { continue }
                guard node.isStandard, moving.contains(node.operatorType), position == 0 else {
                    throw HoneError(
                        .unsupported,
                        "input \(position), '\(name)', holds integers of 4 bits; Hone reads those of weights",
                        remedy: "quantize activations to 8 bits", node: node.label(opset: graph.opset(of: node)))
                }
                names.formUnion(node.outputs)
            }
        }
        for output in graph.outputs where names.contains(output.name) {
            throw HoneError(
                .unsupported, "graph output '\(output.name)' holds integers of 4 bits, which Hone does not write")
        }
    }
}

extension Node {
    fileprivate var isDequantization: Bool {
        operatorType == "DequantizeLinear" && (isStandard || domain == microsoftDomain)
    }
}
