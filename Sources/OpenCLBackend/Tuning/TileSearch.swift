import Lowering
import ModelGraph
import Runtime
import Tensors

/// Searches the tiles of a plan's kernels on a device. The backend's own launches run, with one tile changed.
package final class TileSearch {
    /// A problem of the plan: layers that are alike share it.
    package struct Problem: Sendable {
        package let problem: TileProblem
        package let preset: String
        /// Names of all tiles that may run, the preset first.
        package internal(set) var candidates: [String]
        /// Names of the nodes.
        package internal(set) var layers: [String]
        /// The first of them in the arranged plan.
        let step: Int
    }

    /// A tile that was not timed, and why.
    package struct Refusal: Sendable, Hashable {
        package let tile: String
        package let reason: String
    }

    /// What was found for a problem.
    package struct Finding: Sendable {
        package let entry: TunedTiles.Entry
        /// Tiles that gave the right bits, the preset included.
        package let timedCount: Int
        package let refused: [Refusal]
    }

    /// What compares a step's output with another backend's: says what is wrong, nil if nothing is.
    package typealias Check = (StepObservation, Plan) throws(HoneError) -> String?

    /// In the order of the plan's steps.
    package let problems: [Problem]
    private let arranged: ArrangedPlan
    private let queue: CommandQueue

    init(_ backend: OpenCLBackend, _ plan: Plan) throws(HoneError) {
        queue = try DeviceContext.shared(backend.device).makeQueue(profiling: true)
        arranged = backend.arranged(plan)
        var problems: [Problem] = []
        var known: [TileProblem: Int] = [:]
        for (index, step) in arranged.plan.steps.enumerated() {
            let name = step.node.name.isEmpty ? step.label : step.node.name
            for answer in try TileSearch.answers(of: arranged, index, queue) where answer.candidates.count > 1 {
                if let position = known[answer.problem] {
                    if problems[position].layers.last != name { problems[position].layers.append(name) }
                    continue
                }
                known[answer.problem] = problems.count
                problems.append(
                    Problem(
                        problem: answer.problem, preset: answer.preset, candidates: answer.candidates, layers: [name],
                        step: index))
            }
        }
        self.problems = problems
    }

    /// What a step asks for when its launches are made.
    private static func answers(
        of arranged: ArrangedPlan, _ index: Int, _ queue: CommandQueue
    ) throws(HoneError) -> [TileChoice.Answer] {
        guard case .own = arranged.kernels[index],
            let own = arranged.plan.steps[index].typedOperator as? any OpenCLOperator
        else { return [] }
        let maker = LaunchMaker(queue: queue, tiles: TileChoice(trying: nil))
        do throws(HoneError) {
            _ = try own.launches(arranged.operands[index], maker)
        } catch {
            throw error.atNode(arranged.plan.steps[index].label)
        }
        return maker.tiles.takeAnswers()
    }

    /// Searches the tiles of one problem.
    ///
    /// - Parameters:
    ///   - check: is shown the preset's output for random input.
    ///   - isOver: asked before each tile; the rest is left out then.
    ///   - advance: told after each tile.
    /// - Throws: `.checkFailed` where the preset's output is wrong; `.outOfMemory`; `.deviceLost`.
    package func run(
        _ problem: Problem, check: Check, isOver: () -> Bool, advance: () -> Void
    ) throws(HoneError) -> Finding {
        let step = arranged.plan.steps[problem.step]
        do throws(HoneError) {
            return try find(problem, step, check: check, isOver: isOver, advance: advance)
        } catch {
            throw error.atNode(step.label)
        }
    }

    private func find(
        _ problem: Problem, _ step: PlanStep, check: Check, isOver: () -> Bool, advance: () -> Void
    ) throws(HoneError) -> Finding {
        let (maker, launches) = try self.launches(of: problem, tile: problem.preset)
        var touched: Set<Plan.ValueID> = []
        for launch in launches {
            for case .value(let value) in launch.arguments { touched.insert(value) }
        }
        let memory = try StepMemory(arranged.plan, step, values: touched, queue: queue)
        let preset = try bind(launches, maker, memory)
        let expected = try memory.results(of: preset)
        if let complaint = try check(observation(problem.step, step, memory), arranged.plan) {
            throw HoneError(
                .checkFailed, "\(problem.problem.kernel) with its preset tile, on random input: \(complaint)",
                remedy: "'hone verify' compares devices node by node")
        }
        advance()
        let outcome = try TileTrials(memory: memory, queue: queue).run(
            preset: (problem.preset, preset), expected: expected, others: Array(problem.candidates.dropFirst()),
            make: { name throws(HoneError) in
                let (maker, launches) = try self.launches(of: problem, tile: name)
                return try self.bind(launches, maker, memory)
            }, isOver: isOver, advance: advance)
        let isComplete = outcome.timedCount + outcome.refused.count == problem.candidates.count
        return Finding(
            entry: TunedTiles.Entry(
                problem.problem, preset: problem.preset, presetMicroseconds: outcome.presetMicroseconds,
                tile: outcome.tile, microseconds: outcome.microseconds, isComplete: isComplete),
            timedCount: outcome.timedCount, refused: outcome.refused)
    }

    private func launches(
        of problem: Problem, tile: String
    ) throws(HoneError) -> (maker: LaunchMaker, launches: [KernelLaunch]) {
        guard let own = arranged.plan.steps[problem.step].typedOperator as? any OpenCLOperator else {
            preconditionFailure("a step without kernels asks for no tile")
        }
        let maker = LaunchMaker(queue: queue, tiles: TileChoice(trying: (problem.problem, tile)))
        return (maker, try own.launches(arranged.operands[problem.step], maker))
    }

    private func bind(
        _ launches: [KernelLaunch], _ maker: LaunchMaker, _ memory: StepMemory
    ) throws(HoneError) -> [BoundLaunch] {
        var bound: [BoundLaunch] = []
        for launch in launches { bound.append(try maker.bind(launch) { memory.buffer($0) }) }
        return bound
    }

    /// The step as if a plan had just run it.
    private func observation(_ index: Int, _ step: PlanStep, _ memory: StepMemory) -> StepObservation {
        let (operands, plan) = (arranged.operands[index], arranged.plan)
        let reader = RowMajorReader(queue: queue)
        func input(_ value: StepOperands.Value?) -> TensorView? {
            guard let value else { return nil }
            var tensor = memory.inputs[value.id]
            if case .constant(let constant) = plan.values[value.id].place { tensor = constant }
            // Plan and memory keep the tensors, whose storage never moves.
            return tensor?.withUnsafeBytes { TensorView(type: value.type, bytes: $0) }
        }
        return StepObservation(
            step: step, duration: .zero, outputNames: step.outputs.map { $0.map { plan.values[$0].name } },
            input: { position in input(operands.stepInput(position)) },
            output: { position throws(HoneError) in
                guard let value = operands.output(position), let buffer = memory.buffers[value.id] else { return nil }
                return try reader.view(of: value, in: buffer)
            })
    }
}

extension OpenCLBackend {
    /// The problems of a plan whose tiles can be searched on this device.
    ///
    /// - Throws: what preparing the plan throws.
    package func tileSearch(_ plan: Plan) throws(HoneError) -> TileSearch { try TileSearch(self, plan) }

    /// What was tuned for this device; nothing without a file.
    package var tunedTiles: TunedTiles { TunedTiles(cache, device.info) }

    /// Where what is tuned for this device is kept; nil where nothing is.
    package var tunedTilesPath: String? { TunedTiles.path(cache, device.info) }

    /// Keeps what was tuned for this device, for all sessions from now on.
    ///
    /// - Throws: `.fileAccess` where the file cannot be written.
    package func keep(_ tiles: TunedTiles) throws(HoneError) { try tiles.write(cache, device.info) }
}
