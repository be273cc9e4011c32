import Hone
import Reporting

extension ModelSparsity {
    /// One line for a dense model; for a sparse one a table of its layers as well.
    var lines: [String] {
        guard !layers.isEmpty else { return [] }
        let blocks = kernelBlocks
        guard isSparse else {
            let share = zeroCount == 0 ? "none" : "\(percent(zeroCount, weightCount)), as rounding makes them,"
            return ["zeros       \(share) in the weights of \(layers.count) layer(s)"] + complaints
        }
        var lines = [
            "zeros       \(percent(zeroCount, weightCount)) of the weights of \(layers.count) layer(s); "
                + "of their 16x4 blocks \(percent(blocks.empty, blocks.all)) are empty"
        ]
        var table = TextTable(
            ["layer", "operator", "shape", "zero", "empty 16x4", "pattern"],
            alignments: [.left, .left, .left, .right, .right, .left])
        for layer in layers {
            table.add([
                layer.name, layer.operatorType, layer.shape.map(String.init).joined(separator: "x"),
                percent(layer.zeroCount, layer.weightCount),
                layer.kernelBlocks.map { percent($0.empty, $0.all) } ?? "-", layer.patternName ?? "-",
            ])
        }
        lines += table.lines().map { "            " + $0 }
        return lines + complaints
    }

    /// What the metadata say that is not so.
    private var complaints: [String] { (disagreements ?? []).map { "warning     metadata disagree: \($0)" } }

    private func percent(_ part: Int, _ whole: Int) -> String {
        whole == 0 ? "-" : "\(Quantity.fixed(100 * Double(part) / Double(whole), 1)) %"
    }

    var json: JSONValue {
        let blocks = kernelBlocks
        let layers = layers.map { layer in
            JSONValue.object([
                ("node", .string(layer.name)), ("operator", .string(layer.operatorType)),
                ("shape", .array(layer.shape.map { .integer($0) })), ("weights", .integer(layer.weightCount)),
                ("zeros", .integer(layer.zeroCount)),
                ("density", .number(1 - Double(layer.zeroCount) / Double(layer.weightCount))),
                ("blocks16x4", layer.kernelBlocks.map { .integer($0.all) } ?? .null),
                ("emptyBlocks16x4", layer.kernelBlocks.map { .integer($0.empty) } ?? .null),
                ("pattern", layer.patternName.map { .string($0) } ?? .null),
            ])
        }
        return .object([
            ("weights", .integer(weightCount)), ("zeros", .integer(zeroCount)), ("blocks16x4", .integer(blocks.all)),
            ("emptyBlocks16x4", .integer(blocks.empty)), ("layers", .array(layers)),
            ("metadataDisagreements", disagreements.map { .array($0.map { .string($0) }) } ?? .null),
        ])
    }
}
