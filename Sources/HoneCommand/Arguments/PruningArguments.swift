import Files
import Foundation
import Hone

/// The options that say how a model is pruned.
enum PruningArguments {
    static let options: [OptionSpecification] = [
        .value(
            "--pattern", "PATTERN",
            "what becomes zero together: outputs x inputs such as 16x4 (default), 4x4 or 1x1, N:M such as 2:4, or channel"
        ),
        .value("--sparsity", "S", "share of all blocks that become zero, such as 0.5; layers get what they can bear"),
        .list(
            "--layers", "GLOB=S",
            "share of the blocks of single layers: names, globs or type:Gemm; or FILE.json with an object of these"),
        .value("--macs", "FRACTION", "share of multiply-accumulates that is left, with --pattern channel"),
        .value("--multiple", "N", "channels that are left are a multiple of this, with --pattern channel (default 8)"),
        .value("--speedup", "X", "times as fast as dense int8 on --device, measured"),
        .value("--score", "SCORE", "what a block is worth: hessian-greedy (default), hessian, activation, magnitude"),
        .value("--schedule", "SCHEDULE", "how sparsity rises: polynomial (default), or constant: at once"),
        .value("--steps", "N", "rounds of masks and fits of --schedule polynomial (default 4)"),
        .value("--power", "P", "its power (default 3)"),
        .value("--initial", "S0", "the sparsity it starts from (default 0)"),
        .list("--exclude", "NAME", "layers that stay as they are: names, globs ('block1/*'), or type:Gemm"),
        .flag("--no-refit", "leave kept weights as they are"),
        .flag("--no-permutation", "with --no-refit: leave channels in their order"),
        .flag("--uniform", "the same share in each layer"),
    ]

    private enum Schedule: String, CaseIterable {
        case constant, polynomial
    }

    private static let targets = ["--sparsity", "--layers", "--macs", "--speedup"]

    /// What `options` and `--samples`, `--memory` say.
    static func settings(_ arguments: ParsedArguments) throws -> PruningSettings {
        let pattern = arguments.value("--pattern") ?? "16x4"
        var settings = PruningSettings(pattern: pattern, target: try target(arguments, pattern))
        settings.score = try arguments.choice("--score", of: PruningSettings.Score.self) ?? .hessianGreedy
        settings.refits = !arguments.has("--no-refit")
        settings.permutes = !arguments.has("--no-permutation")
        settings.isUniform = arguments.has("--uniform")
        guard !settings.isUniform || arguments.has("--sparsity") else {
            throw arguments.fail("--uniform goes with --sparsity")
        }
        if let multiple = try arguments.integer("--multiple") {
            guard pattern == "channel" else { throw arguments.fail("--multiple needs --pattern channel") }
            settings.channelMultiple = multiple
        }
        settings.excludedNodes = Set(arguments.values("--exclude"))
        settings.schedule = try schedule(arguments)
        if let samples = try arguments.integer("--samples") { settings.sampleLimit = samples }
        if let mebibytes = try arguments.integer("--memory") {
            guard (16...(1 << 20)).contains(mebibytes) else {
                throw arguments.fail("--memory takes 16 to 1048576 MiB, not \(mebibytes)")
            }
            settings.memoryLimit = mebibytes << 20
        }
        return settings
    }

    private static func schedule(_ arguments: ParsedArguments) throws -> PruningSettings.Schedule {
        guard try arguments.choice("--schedule", of: Schedule.self) ?? .polynomial == .polynomial else {
            if let option = ["--steps", "--power", "--initial"].first(where: { arguments.has($0) }) {
                throw arguments.fail("\(option) needs --schedule polynomial")
            }
            return .constant
        }
        let steps = try arguments.integer("--steps") ?? 4
        guard steps <= 100 else { throw arguments.fail("--steps takes 1 to 100, not \(steps)") }
        let power = try arguments.number("--power") ?? 3
        guard power > 0, power <= 100 else { throw arguments.fail("--power takes a number above 0, up to 100") }
        let initial = try share("--initial", arguments) ?? 0
        return .polynomial(steps: steps, power: power, initial: initial)
    }

    private static func target(_ arguments: ParsedArguments, _ pattern: String) throws -> PruningTarget {
        let given = targets.filter { arguments.has($0) }
        if let target = shareTarget(pattern) {
            guard given.isEmpty else {
                throw arguments.fail("--pattern \(pattern) says itself how much becomes zero: give no \(given[0])")
            }
            return target
        }
        guard let option = given.first, given.count == 1 else {
            let found = given.isEmpty ? "none" : given.joined(separator: " and ")
            throw arguments.fail("give one of --sparsity, --layers, --macs and --speedup, not \(found)")
        }
        switch option {
        case "--sparsity": return .sparsity(try share(option, arguments) ?? 0)
        case "--layers": return .layers(try layers(arguments))
        case "--macs":
            let fraction = try arguments.number(option) ?? 1
            guard fraction > 0, fraction <= 1 else {
                throw arguments.fail("--macs takes a share above 0, up to 1, not \(fraction)")
            }
            guard pattern == "channel" else { throw arguments.fail("--macs needs --pattern channel") }
            return .macs(fraction)
        default:
            let factor = try arguments.number(option) ?? 1
            guard factor >= 1, factor <= 1000 else {
                throw arguments.fail("--speedup takes a factor from 1 to 1000, not \(factor)")
            }
            return .speedup(factor)
        }
    }

    /// What N:M says; nil for any other pattern.
    private static func shareTarget(_ pattern: String) -> PruningTarget? {
        let parts = pattern.split(separator: ":").compactMap { Int($0) }
        guard parts.count == 2, parts[1] > 0, parts[0] > 0, parts[0] < parts[1] else { return nil }
        return .sparsity(1 - Double(parts[0]) / Double(parts[1]))
    }

    private static func share(_ option: String, _ arguments: ParsedArguments) throws -> Double? {
        guard let share = try arguments.number(option) else { return nil }
        guard share >= 0, share < 1 else {
            throw arguments.fail("\(option) takes a share from 0 to less than 1, such as 0.5, not \(share)")
        }
        return share
    }

    /// `GLOB=S` and files of them.
    private static func layers(_ arguments: ParsedArguments) throws -> [String: Double] {
        var shares: [String: Double] = [:]
        for entry in arguments.values("--layers") {
            var found: [(String, Double)] = []
            if let equals = entry.lastIndex(of: "="), let share = Double(entry[entry.index(after: equals)...]) {
                found = [(String(entry[..<equals]), share)]
            } else if entry.hasSuffix(".json") {
                found = try read(entry)
            } else {
                throw arguments.fail("--layers takes GLOB=S, such as 'block1/*=0.5', or FILE.json, not '\(entry)'")
            }
            for (glob, share) in found {
                guard share >= 0, share < 1 else {
                    throw arguments.fail("--layers takes shares from 0 to less than 1, not \(glob)=\(share)")
                }
                guard shares.updateValue(share, forKey: glob) == nil else {
                    throw arguments.fail("--layers gives two shares for '\(glob)'")
                }
            }
        }
        return shares
    }

    private static func read(_ path: String) throws -> [(String, Double)] {
        let bytes = try InputFile(path: path).prefix(1 << 24)
        do {
            let shares = try JSONDecoder().decode([String: Double].self, from: Data(bytes))
            return shares.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        } catch {
            throw HoneError(
                .malformedFile, "is no JSON object of shares by layer", remedy: "such as {\"block1/*\": 0.5}",
                file: path)
        }
    }
}
