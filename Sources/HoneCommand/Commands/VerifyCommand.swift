import Datasets
import Evaluation
import Hone
import Reporting

/// `hone verify`: whether two ways to run a model give the same bits.
enum VerifyCommand: Command {
    static let specification = CommandSpecification(
        name: "verify", summary: "Check bit for bit that two devices compute the same.", positional: ["MODEL"],
        options: [
            DataOptions.data,
            .value("--samples", "N", "use the first N samples of the data (default 4)"),
            .value(
                "--device", "A,B",
                "the two executions, such as reference,cpu or cpu,cpu:unfused (:unfused: without operator fusion)"),
            DeviceOption.threads,
            .list("--shape", "NAME=1x3x224x224", "without --data: shape of an input whose dimensions are open"),
            .value("--seed", "N", "without --data: seed of the random inputs (default 1)"),
            .flag("--json", "print JSON"),
        ] + DataOptions.preprocessing,
        notes: [
            "Every node is fed A's inputs on both sides, so that a difference shows where it arises; the outputs end to end "
                + "are compared beside it. Between a device and its :unfused form every value that both compute is compared. "
                + "Exit status 1 if anything differs that NUMERICS.md wants equal; float "
                + "functions such as exp have a bound between devices. Without --data the inputs are random."
        ], refusals: ["--precision": "only float32 gives the same bits on every device"])

    static func run(_ arguments: ParsedArguments) async throws {
        let (first, second) = try executions("--device", try arguments.required("--device"), arguments)
        let model = try Model(path: arguments.positional[0])
        let feeds: [[String: Tensor]]
        var source: String
        if let data = arguments.value("--data") {
            let dataset = try DataOptions.open(data, for: model, try DataOptions.parsePreprocessing(arguments))
            let ranges = try dataset.ranges(
                batch: nil, default: 1,
                limit: try arguments.integer("--samples") ?? (4 * (dataset.requiredBatchSize ?? 1)))
            feeds = try ranges.map { try dataset.batch($0) }
            source = "\(feeds.count) feed(s) of \(data)"
        } else {
            let seed = try arguments.integer("--seed", minimum: 0) ?? 1
            feeds = [try model.randomFeed(try ShapeOptions.parse(arguments), seed: UInt64(seed))]
            source = "random inputs, seed \(seed)"
        }
        let report = try model.verify(first, against: second, feeds: feeds, threads: try arguments.integer("--threads"))
        let summary = VerificationSummary(first: "\(first)", second: "\(second)", source: source, report: report)
        print(arguments.has("--json") ? summary.json.serialized() : summary.text)
        guard report.isWithinBounds else { throw HoneError(.checkFailed, "\(first) and \(second) differ") }
    }

    /// Reads `A,B`.
    static func executions(
        _ option: String, _ text: String, _ arguments: ParsedArguments
    ) throws(UsageError) -> (Execution, Execution) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else {
            throw arguments.fail(
                "option \(option) needs two executions, such as reference,reference:unfused, not '\(text)'")
        }
        do throws(HoneError) {
            return (try Execution(parts[0]), try Execution(parts[1]))
        } catch {
            throw arguments.fail("option \(option): \(error)")
        }
    }
}
