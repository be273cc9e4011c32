import Tensors

/// Moves channels into blocks of pixels. ONNX DepthToSpace 1, 11 (`mode`), 13.
package struct DepthToSpace: Operator {
    package static let identifier = OperatorIdentifier("DepthToSpace")
    package static let inputCount = 1...1

    /// Which part of the channel index is outermost: the position in the block (`DCR`) or the new channel (`CRD`).
    package enum Mode: String, CaseIterable, Sendable {
        case depthColumnRow = "DCR"
        case columnRowDepth = "CRD"
    }

    package let blockSize: Int
    package let mode: Mode

    package init(_ attributes: inout AttributeReader) throws(HoneError) {
        blockSize = try attributes.blockSize()
        mode = attributes.opset >= 11 ? try attributes.choice("mode", default: .depthColumnRow) : .depthColumnRow
    }

    package func inferTypes(_ operands: Operands) throws(HoneError) -> [TensorType] {
        let type = try operands.type(0)
        let area = try CheckedDimension.multiply(blockSize, blockSize)
        guard type.rank == 4, type.shape[1] % area == 0 else {
            throw HoneError(
                .invalidModel, "\(type) must have four dimensions and a number of channels that \(area) divides")
        }
        let shape = [
            type.shape[0], type.shape[1] / area, try CheckedDimension.multiply(type.shape[2], blockSize),
            try CheckedDimension.multiply(type.shape[3], blockSize),
        ]
        return [TensorType(type.elementType, shape)]
    }
}

extension AttributeReader {
    /// The edge of the square blocks of DepthToSpace and SpaceToDepth.
    mutating func blockSize() throws(HoneError) -> Int {
        guard let size = try int("blocksize"), size > 0 else {
            throw HoneError(.invalidModel, "attribute blocksize must be given and positive")
        }
        return size
    }
}
