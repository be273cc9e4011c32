import Hone

/// The options that say how a model is quantized.
enum QuantizationArguments {
    /// How ranges and scales are chosen, and for which nodes.
    static let ranges: [OptionSpecification] = [
        .value("--method", "METHOD", "how ranges are chosen: mse (default), minmax, mean-minmax, percentile, kl"),
        .value("--norm", "P", "the power of the error that --method mse takes the mean of (default 2)"),
        .value("--percentile", "P", "the percentage that --method percentile keeps (default 99.99)"),
        .value("--activations", "TYPE", "the type of activations in the file: u8 (default), s8"),
        .flag("--symmetric", "activations with their zero in the middle: 0 of s8, 128 of u8"),
        .flag("--per-tensor", "one weight scale for a tensor instead of one for each output channel"),
        .list("--exclude", "NAME", "nodes that stay in floating point: names, globs ('block1/*'), or type:Conv"),
    ]

    /// How much is done for accuracy, and what the file looks like.
    static let forms: [OptionSpecification] = [
        .value(
            "--recipe", "RECIPE",
            "fast (default): round to nearest; balanced, best: read the data again to lose less, and keep what measures better"
        ),
        .value("--memory", "MIB", "what the second reading may hold beside the models (default 1024)"),
        .value("--format", "FORMAT", "qdq (default), or qoperator: QLinearConv and QLinearMatMul"),
        .flag("--dynamic", "quantize activations as they come: needs no data; int8 weights, float between layers"),
        .value(
            "--types", "T,T", "the operators that --dynamic quantizes, of Gemm,MatMul,Conv (default Gemm,MatMul)"),
    ]

    private enum Method: String, CaseIterable {
        case mse, minmax, percentile, kl
        case meanMinMax = "mean-minmax"
    }

    /// What `ranges` and `forms` say.
    static func settings(_ arguments: ParsedArguments) throws -> QuantizationSettings {
        let method = try arguments.choice("--method", of: Method.self) ?? .mse
        let percentile = try arguments.number("--percentile")
        if percentile != nil, method != .percentile {
            throw arguments.fail("--percentile needs --method percentile")
        }
        let norm = try arguments.number("--norm")
        if norm != nil, method != .mse { throw arguments.fail("--norm needs --method mse") }
        var settings = QuantizationSettings()
        switch method {
        case .mse: settings.method = norm.map { .meanPowerError(norm: $0) } ?? .meanSquaredError
        case .kl: settings.method = .kullbackLeibler
        case .meanMinMax: settings.method = .meanMinMax
        case .minmax: settings.method = .minMax
        case .percentile: settings.method = .percentile(percentile ?? 99.99)
        }
        settings.activations =
            try arguments.choice("--activations", of: QuantizationSettings.ActivationType.self) ?? .uint8
        settings.symmetricActivations = arguments.has("--symmetric")
        settings.format = try arguments.choice("--format", of: QuantizationSettings.Format.self) ?? .qdq
        if let types = arguments.value("--types") {
            settings.dynamicTypes = Set(types.split(separator: ",", omittingEmptySubsequences: false).map(String.init))
            let unknown = settings.dynamicTypes.subtracting(["Gemm", "MatMul", "Conv"]).sorted()
            guard unknown.isEmpty else {
                throw arguments.fail("option --types takes Gemm, MatMul and Conv, not '\(unknown[0])'")
            }
        }
        settings.recipe = try arguments.choice("--recipe", of: QuantizationSettings.Recipe.self) ?? .fast
        if let mebibytes = try arguments.integer("--memory") {
            guard settings.recipe != .fast else { throw arguments.fail("--memory needs --recipe balanced or best") }
            guard (16...(1 << 20)).contains(mebibytes) else {
                throw arguments.fail("--memory takes 16 to 1048576 MiB, not \(mebibytes)")
            }
            settings.memoryLimit = mebibytes << 20
        }
        settings.perTensor = arguments.has("--per-tensor")
        settings.excludedNodes = Set(arguments.values("--exclude"))
        return settings
    }
}
