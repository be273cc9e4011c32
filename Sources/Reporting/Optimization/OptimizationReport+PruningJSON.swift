extension OptimizationReport.Pruning {
    var json: JSONValue {
        .object([
            ("pattern", .string(pattern)), ("target", .string(target)), ("sparsityPercent", .real(sparsity)),
            ("densityPercent", .real(density)), ("layers", .array(layers.map(\.json))),
        ])
    }
}

extension OptimizationReport.PrunedLayer {
    var json: JSONValue {
        .object([
            ("name", .string(name)), ("operator", .string(operatorType)), ("pruned", .bool(isPruned)),
            ("reason", .string(reason)), ("askedPercent", .real(asked)), ("keptBlocks", .integer(keptBlocks)),
            ("blocks", .integer(blocks)), ("densityPercent", .real(density)), ("errorMasked", .real(errorMasked)),
            ("errorRefitted", .real(errorRefitted)), ("denseMilliseconds", .real(denseMilliseconds)),
            ("milliseconds", .real(milliseconds)),
        ])
    }
}

extension OptimizationReport.Margin {
    var json: JSONValue {
        .object([
            ("holds", .bool(holds)), ("excessPercentagePoints", .real(excessPoints)), ("excessNats", .real(excessNats)),
        ])
    }
}

extension OptimizationReport.Choice {
    var json: JSONValue { .object([("reason", .string(reason)), ("device", .text(device))]) }
}

extension OptimizationReport.Verification {
    var json: JSONValue {
        .object([
            ("device", .string(device)), ("reference", "reference"), ("samples", .integer(sampleCount)),
            ("nodes", .integer(nodeCount)), ("differing", .integer(differingCount)),
            ("withinBounds", .bool(isWithinBounds)),
        ])
    }
}
