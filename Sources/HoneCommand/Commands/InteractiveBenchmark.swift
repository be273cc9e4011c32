import Foundation
import Hone
import Reporting

/// A benchmark that another program tells when to run, so that the two can take turns on one machine.
struct InteractiveBenchmark {
    private let benchmark: Benchmark
    private let name: String
    private let settings: BenchmarkSettings
    private let seconds: Double

    /// How long one turn is if nothing is said.
    private static let turnSeconds = 0.3

    init(_ benchmark: Benchmark, name: String, _ settings: BenchmarkSettings, hasSeconds: Bool) {
        self.benchmark = benchmark
        self.name = name
        self.settings = settings
        seconds = hasSeconds ? settings.seconds : InteractiveBenchmark.turnSeconds
    }

    /// Answers every line of standard input until it ends.
    ///
    /// - Throws: `.invalidOption` for a line that is not `go`.
    func run() throws {
        guard let session = benchmark.sessions.first else { return }
        try benchmark.measurePeaks()
        answer(.object([("ready", .bool(true))]))
        while let line = readLine() {
            guard line == "go" else {
                throw HoneError(.invalidOption, "'\(line)' on standard input", remedy: "write: go")
            }
            let limit = settings.runs == nil ? seconds * 1e3 : .infinity
            let samples = try session.time(settings.runs ?? .max, milliseconds: limit, isWarming: true)
            answer(.object([("samples_ms", .array(samples.map { .number($0) }))]))
            try session.profile()
        }
        try benchmark.measurePeaks()
        let entries = try benchmark.results().map { BenchmarkReport.Entry(name: name, $0) }
        answer(BenchmarkReport(entries: entries).json)
    }

    /// One line, at once: the reader waits for it.
    private func answer(_ value: JSONValue) {
        let line = value.serialized().split(separator: "\n").map { $0.drop { $0 == " " } }.joined()
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }
}
