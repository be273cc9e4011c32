import Evaluation
import Foundation
import ModelGraph
import OpenCLBackend
import ReferenceBackend
import Runtime
import Tensors

/// What `hone tune` is asked for.
package struct TuningSettings: Sendable {
    /// Samples at a time; nil for what the model fixes, else 1.
    package var batches: [Int]?
    /// Names of the nodes to tune, with `*` and `?`; nil for all.
    package var layers: String?
    /// Shapes of inputs whose dimensions are open.
    package var shapes: [String: [Int]] = [:]
    /// The search ends then; what was found is kept.
    package var minutes = 10.0
    /// Whether what was tuned before is searched again.
    package var isAgain = false

    package init() {}
}

/// Searches the tiles of a model's kernels on an OpenCL device and keeps the fastest, for every later session.
///
/// Each tile must give the bits of the preset, and the preset those of the cpu device, before it is timed.
package final class Tuning {
    /// One search: layers of the same problem at a batch size.
    fileprivate struct Task {
        let batch: Int
        let search: TileSearch
        let replay: StepReplay
        let problem: TileSearch.Problem
        let known: TunedTiles.Entry?
    }

    private let backend: OpenCLBackend
    private let path: String
    private let settings: TuningSettings
    private let tasks: [Task]

    /// How many tiles there are to try.
    package var candidateCount: Int {
        tasks.reduce(0) { $0 + (isKnown($1) ? 0 : $1.problem.candidates.count) }
    }

    /// Finds the problems. Nothing is timed yet.
    ///
    /// - Throws: `.invalidOption` for a device without tiles to tune, layers that no node is named like, and where nothing
    ///   can be kept; `.fileAccess` where the file cannot be written.
    package init(_ model: Model, on device: Device, _ settings: TuningSettings) throws(HoneError) {
        guard let backend = try device.backend() as? OpenCLBackend else {
            throw HoneError(
                .invalidOption, "\(device) has no tiles to tune", remedy: "name an OpenCL device: --device opencl:0")
        }
        guard let path = backend.tunedTilesPath else {
            throw HoneError(
                .invalidOption, "\(ProgramCache.variable) is off: nothing that is found could be kept",
                remedy: "unset it, or name a folder")
        }
        (self.backend, self.path, self.settings) = (backend, path, settings)
        let tuned = backend.tunedTiles
        // Now rather than after minutes of search.
        try backend.keep(tuned)
        var graph = model.graph
        try PassPipeline.execution.run(on: &graph, evaluator: ReferenceBackend())
        let cpu = try Device.cpu.backend()
        var tasks: [Task] = []
        var names: [String] = []
        for batch in settings.batches ?? [model.fixedBatch ?? 1] {
            let feed = try model.randomFeed(try model.shapes(settings.shapes, batch: batch), seed: 1)
            let decisive = try graph.planTimeInputNames()
            let inferred = try graph.inferTypes(
                inputTypes: feed.mapValues(\.type), inputValues: feed.filter { decisive.contains($0.key) },
                evaluator: ReferenceBackend())
            let search = try backend.tileSearch(try Plan(graph, inferred: inferred))
            let replay = StepReplay(graph, on: cpu, evaluator: ReferenceBackend())
            for problem in search.problems {
                names += problem.layers
                guard let problem = problem.limited(to: settings.layers) else { continue }
                // Another batch may have the same problem.
                guard !tasks.contains(where: { $0.problem.problem == problem.problem }) else { continue }
                tasks.append(
                    Task(
                        batch: batch, search: search, replay: replay, problem: problem,
                        known: tuned.entry(for: problem.problem, preset: problem.preset)))
            }
        }
        if let layers = settings.layers, tasks.isEmpty, !names.isEmpty {
            throw HoneError(
                .invalidOption,
                "no layer with tiles is named like '\(layers)'; there are "
                    + names.prefix(5).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 5 ? ", ..." : ""))
        }
        self.tasks = tasks
    }

    private func isKnown(_ task: Task) -> Bool { task.known?.isComplete == true && !settings.isAgain }

    /// Searches until all is searched or the time is over. What is found is kept at once, problem by problem.
    ///
    /// - Parameter advance: told how many tiles are done with.
    /// - Throws: `.checkFailed` where a preset's output is not the cpu device's.
    package func run(advance: (Int) -> Void) throws(HoneError) -> TuningReport {
        let end = ContinuousClock.now + .seconds(settings.minutes * 60)
        func isOver() -> Bool { ContinuousClock.now >= end }
        var report = TuningReport(device: backend.name, path: path)
        for task in tasks {
            if let known = task.known, isKnown(task) {
                report.rows.append(TuningReport.Row(batch: task.batch, layers: task.problem.layers, known))
                continue
            }
            guard !isOver() else {
                report.leftCount += 1
                continue
            }
            var done = 0
            let finding = try task.search.run(
                task.problem,
                check: { observation, plan throws(HoneError) in try task.complaint(observation, plan) }, isOver: isOver,
                advance: {
                    done += 1
                    advance(1)
                })
            guard finding.timedCount + finding.refused.count > 1 else {
                report.leftCount += 1
                continue
            }
            advance(task.problem.candidates.count - done)
            // Read anew: another process may have tuned something else meanwhile.
            var tuned = backend.tunedTiles
            tuned.insert(finding.entry)
            try backend.keep(tuned)
            var row = TuningReport.Row(batch: task.batch, layers: task.problem.layers, finding.entry)
            (row.timedCount, row.candidateCount) = (finding.timedCount, task.problem.candidates.count)
            row.refused = finding.refused.map { ($0.tile, $0.reason) }
            report.rows.append(row)
        }
        return report
    }
}

extension Tuning.Task {
    /// What the cpu device says of a step's output.
    fileprivate func complaint(_ observation: StepObservation, _ plan: Plan) throws(HoneError) -> String? {
        let differences = try replay.compare(observation, in: plan) ?? []
        return differences.first { !$0.isWithinBound }.map {
            "'\($0.value)' is not what the cpu device computes, in \($0.differingCount) of \($0.elementCount) elements"
        }
    }
}

extension TileSearch.Problem {
    /// The problem with those of its layers that are named like a pattern; nil if none is.
    fileprivate func limited(to pattern: String?) -> TileSearch.Problem? {
        guard let pattern else { return self }
        return layers.contains { fnmatch(pattern, $0, 0) == 0 } ? self : nil
    }
}
