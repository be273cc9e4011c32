import Hone

/// The model that `hone benchmark` measures: a file, or a network made from a seed.
enum BenchmarkModel {
    case file(String)
    case synthetic(SyntheticSettings)

    /// Options that say how a network is made.
    private static let ofSynthetic = ["--side", "--seed"]

    /// - Parameter isCalibrated: whether the float model is wanted.
    /// - Throws: `UsageError` unless there is one of both, with options that fit.
    init(_ arguments: ParsedArguments, sparsity: Double?, isCalibrated: Bool) throws {
        guard let network = try arguments.choice("--synthetic", of: SyntheticNetwork.self) else {
            guard let path = arguments.positional.first else {
                throw arguments.fail("name a MODEL, gemm, conv or peaks, or give --synthetic")
            }
            for option in BenchmarkModel.ofSynthetic where arguments.has(option) {
                throw arguments.fail("option \(option) is for --synthetic")
            }
            if arguments.has("--type") { throw arguments.fail("option --type is for gemm and conv, and --synthetic") }
            self = .file(path)
            return
        }
        guard arguments.positional.isEmpty else {
            throw arguments.fail("give a model or --synthetic, not '\(arguments.positional[0])' and --synthetic")
        }
        var settings = SyntheticSettings(network)
        settings.arithmetic =
            try arguments.choice("--type", of: LayerArithmetic.self) ?? (isCalibrated ? .f32 : .int8)
        guard !isCalibrated || settings.arithmetic == .f32 else {
            throw arguments.fail("--calibration takes a float model: --type f32")
        }
        settings.imageSide = try arguments.integer("--side", minimum: 32) ?? settings.imageSide
        guard settings.imageSide <= 4096 else { throw arguments.fail("option --side takes 4096 at most") }
        settings.seed = UInt64(try arguments.integer("--seed", minimum: 0) ?? 1)
        settings.sparsity = sparsity ?? 0
        self = .synthetic(settings)
    }

    /// As reports call it.
    var name: String {
        switch self {
        case .file(let path): path
        case .synthetic(let settings): "\(settings.network.rawValue) \(settings.arithmetic.rawValue)"
        }
    }
}
