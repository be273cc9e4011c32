import Hone
import Reporting

extension SpeedAllocation {
    /// The table of layers, and what was measured.
    var lines: [String] {
        var table = TextTable(
            ["layer", "zero", "ms dense", "ms now", "loss", "decision", "reason"],
            alignments: [.left, .right, .right, .right, .right, .left, .left])
        for row in rows {
            table.add([
                row.layer, row.sparsity > 0 ? percent(row.sparsity) : "-", Quantity.fixed(row.before, 3),
                Quantity.fixed(row.after, 3), LossText.digits(row.loss), row.sparsity > 0 ? "pruned" : "dense",
                row.reason,
            ])
        }
        let tries = rounds.map { Quantity.fixed($0.speedup, 2) }.joined(separator: ", ")
        var lines = table.text().split(separator: "\n").map(String.init)
        lines.append(
            "speed       \(Quantity.fixed(chosen.speedup, 2)) x dense int8 on \(device), measured; \(Quantity.fixed(asked, 2)) x "
                + "was asked for (tries: \(tries))")
        lines.append(
            "dense int8  \(Quantity.fixed(denseMilliseconds, 3)) ms, of it \(Quantity.fixed(restMilliseconds, 3)) ms in what no "
                + "sparsity changes")
        if let uniform {
            lines.append(
                "uniform     \(percent(uniform.sparsity)) in every layer would be as fast, and lose \(LossText.digits(uniform.loss)) "
                    + "instead of \(LossText.digits(loss))")
        }
        return lines
    }

    var json: JSONValue {
        .object([
            ("asked", .number(asked)), ("measured", .number(chosen.speedup)), ("device", .string(device)),
            ("tries", .array(rounds.map { .number($0.speedup) })), ("denseMilliseconds", .number(denseMilliseconds)),
            ("restMilliseconds", .number(restMilliseconds)), ("loss", .number(loss)),
            (
                "uniform",
                uniform.map { .object([("sparsity", .number($0.sparsity)), ("loss", .number($0.loss))]) } ?? .null
            ),
            (
                "layers",
                .array(
                    rows.map { row in
                        .object([
                            ("node", .string(row.layer)), ("sparsity", .number(row.sparsity)),
                            ("millisecondsBefore", .number(row.before)), ("milliseconds", .number(row.after)),
                            ("loss", .number(row.loss)), ("reason", .string(row.reason)),
                        ])
                    })
            ),
        ])
    }

    private func percent(_ share: Double) -> String { "\(Quantity.fixed(100 * share, 1)) %" }
}
