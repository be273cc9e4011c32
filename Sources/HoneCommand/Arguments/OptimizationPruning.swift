import Hone

/// The options of `hone optimize` that say how much is pruned, and how.
enum OptimizationPruning {
    static let options: [OptionSpecification] = [
        .value("--sparsity", "S", "also prune: this share of all weight blocks becomes zero, such as 0.5"),
        .value("--speedup", "X", "also prune: times as fast as dense int8, measured on the first device"),
        .value(
            "--sweep", "LIST",
            "also prune to each of these shares, such as 0,.25,.5,.75,.9; the result is the fastest within --max-drop or --max-kl"
        ),
        .value(
            "--pattern", "PATTERN",
            "what becomes zero together: outputs x inputs such as 16x4 (default), or channel: a share of the multiply-accumulates goes"
        ),
        .value("--score", "SCORE", "what a block is worth: hessian-greedy (default), hessian, activation, magnitude"),
        .value("--steps", "N", "rounds of rising sparsity, each with a fit (default 4)"),
        .flag("--no-refit", "leave the weights that are not pruned as they are"),
        .flag("--no-permutation", "with --no-refit: leave channels in their order"),
        .flag("--uniform", "the same share in each layer"),
    ]

    static let note =
        "Pruning sees the samples that calibrate, never those that measure. Each level starts from the original and is "
        + "calibrated and quantized anew; layers that --exclude or a budget leaves in float are not pruned. A level that breaks the "
        + "budget is reported with how far. Without a budget --sparsity and --speedup are the result, and of a --sweep the dense model is."

    private static let targets = ["--sparsity", "--speedup", "--sweep"]
    /// More levels than a plot shows.
    private static let levelLimit = 16

    /// One for each level, in rising order; empty where nothing asks for pruning.
    static func settings(_ arguments: ParsedArguments) throws -> [PruningSettings] {
        let given = targets.filter { arguments.has($0) }
        guard let target = given.first else {
            let others = ["--pattern", "--score", "--steps", "--no-refit", "--no-permutation", "--uniform"]
            if let option = others.first(where: { arguments.has($0) }) {
                throw arguments.fail("\(option) is for pruning: give --sparsity, --speedup or --sweep, too")
            }
            return []
        }
        guard given.count == 1 else {
            throw arguments.fail("give one of \(given.joined(separator: " and ")), not both")
        }
        let pattern = arguments.value("--pattern") ?? "16x4"
        return try levels(target, pattern, arguments).map { target -> PruningSettings in
            var settings = PruningSettings(pattern: pattern, target: target)
            settings.score = try arguments.choice("--score", of: PruningSettings.Score.self) ?? .hessianGreedy
            if let steps = try arguments.integer("--steps") {
                guard steps <= 100 else { throw arguments.fail("--steps takes 1 to 100, not \(steps)") }
                settings.schedule = .polynomial(steps: steps, power: 3, initial: 0)
            }
            settings.refits = !arguments.has("--no-refit")
            settings.permutes = !arguments.has("--no-permutation")
            settings.isUniform = arguments.has("--uniform")
            if let samples = try arguments.integer("--samples") { settings.sampleLimit = samples }
            return settings
        }
    }

    private static func levels(
        _ option: String, _ pattern: String, _ arguments: ParsedArguments
    ) throws -> [PruningTarget] {
        if option == "--speedup" {
            guard let factor = try arguments.number(option), factor > 1, factor <= 1000 else {
                throw arguments.fail("--speedup takes a factor above 1, up to 1000")
            }
            return [.speedup(factor)]
        }
        let list = arguments.value(option) ?? ""
        let spellings = option == "--sweep" ? list.split(separator: ",", omittingEmptySubsequences: false) : [list[...]]
        guard spellings.count <= levelLimit else {
            throw arguments.fail("--sweep takes \(levelLimit) levels at most, not \(spellings.count)")
        }
        var shares: [Double] = []
        for spelling in spellings {
            guard let share = Double(spelling), share >= 0, share < 1 else {
                throw arguments.fail("\(option) takes shares from 0 to less than 1, such as 0.5, not '\(spelling)'")
            }
            guard !shares.contains(share) else { throw arguments.fail("\(option) has '\(spelling)' twice") }
            shares.append(share)
        }
        // The dense model is there anyway.
        let levels = shares.filter { $0 > 0 }.sorted()
        guard !levels.isEmpty else { throw arguments.fail("\(option) \(list) prunes nothing") }
        return levels.map { pattern == "channel" ? .macs(1 - $0) : .sparsity($0) }
    }
}
