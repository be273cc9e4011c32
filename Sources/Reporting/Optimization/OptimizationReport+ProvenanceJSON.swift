extension OptimizationReport.Provenance {
    var json: JSONValue {
        .object([
            ("command", .string(command)), ("honeVersion", .string(honeVersion)), ("date", .string(date)),
            ("processor", .string(processor)), ("operatingSystem", .text(operatingSystem)),
            ("calibration", calibration.map(\.json) ?? .null), ("evaluation", evaluation.map(\.json) ?? .null),
            ("recipe", recipe.map(\.json) ?? .null),
            (
                "settings",
                .array(settings.map { .object([("name", .string($0.name)), ("value", .string($0.value))]) })
            ),
            ("steps", .array(steps.map { .object([("name", .string($0.name)), ("seconds", .real($0.seconds))]) })),
        ])
    }
}

extension OptimizationReport.DataSource {
    var json: JSONValue {
        .object([
            ("description", .string(description)), ("samples", .integer(sampleCount)), ("hash", .text(hash)),
            ("labeled", .bool(isLabeled)),
        ])
    }
}

extension OptimizationReport.Recipe {
    var json: JSONValue {
        let trials = trials.map { trial in
            JSONValue.object([
                ("name", .string(trial.name)), ("sqnrDecibels", .decibels(trial.signalToNoise)),
                ("kept", .bool(trial.isKept)),
            ])
        }
        return .object([("name", .string(name)), ("trials", .array(trials))])
    }
}
