import Hone
import Reporting

extension TuningReport {
    var text: String {
        guard !rows.isEmpty || leftCount > 0 else { return "no layer of this model has tiles to tune on \(device)" }
        var table = TextTable([
            "layers", "kernel", "shape", "batch", "preset", "us", "tuned", "us", "gain", "tried",
        ])
        for row in rows {
            let others = row.layers.count > 1 ? " and \(row.layers.count - 1) more" : ""
            let isChanged = row.tile != row.preset
            table.add([
                row.layers[0] + others, row.kernel, row.shape, "\(row.batch)", row.preset,
                Quantity.fixed(row.presetMicroseconds, 1), isChanged ? row.tile : "(preset)",
                Quantity.fixed(row.microseconds, 1), isChanged ? "\(Quantity.fixed(row.gain * 100, 1)) %" : "",
                row.timedCount > 0 ? "\(row.triedCount) of \(row.candidateCount)" : "before",
            ])
        }
        table.add([
            "all layers", "", "", "", "", Quantity.fixed(presetMicroseconds, 1), "", Quantity.fixed(microseconds, 1),
            "\(Quantity.fixed(gain * 100, 1)) %",
        ])
        var lines = table.lines()
        for row in rows where !row.refused.isEmpty {
            for refusal in row.refused {
                lines.append("refused for \(row.layers[0]): \(refusal.tile): \(refusal.reason)")
            }
        }
        if leftCount > 0 {
            lines.append("out of time for \(leftCount) more; the same command goes on where this one stopped")
        }
        lines.append("kept in \(path): every run on \(device) uses it; delete it to go back to presets")
        return lines.joined(separator: "\n")
    }

    func json(model: String) -> JSONValue {
        let entries = rows.map { row in
            JSONValue.object([
                ("layers", .array(row.layers.map { .string($0) })), ("kernel", .string(row.kernel)),
                ("shape", .string(row.shape)), ("batch", .integer(row.batch)),
                ("preset", .object([("tile", .string(row.preset)), ("us", .number(row.presetMicroseconds))])),
                ("tuned", .object([("tile", .string(row.tile)), ("us", .number(row.microseconds))])),
                ("gain", .number(row.gain)), ("isFromEarlierSearch", .bool(row.timedCount == 0)),
                ("candidates", .integer(row.candidateCount)), ("timed", .integer(row.timedCount)),
                (
                    "refused",
                    .array(
                        row.refused.map {
                            .object([("tile", .string($0.tile)), ("reason", .string($0.reason))])
                        })
                ),
            ])
        }
        return .object([
            ("model", .string(model)), ("device", .string(device)), ("file", .string(path)),
            ("problems", .array(entries)), ("leftForLackOfTime", .integer(leftCount)),
            (
                "total",
                .object([
                    ("preset_us", .number(presetMicroseconds)), ("tuned_us", .number(microseconds)),
                    ("gain", .number(gain)),
                ])
            ),
        ])
    }
}
