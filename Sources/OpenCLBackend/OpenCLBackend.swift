import Lowering
import ModelGraph
import Runtime
import Tensors

/// OpenCL devices: one in-order queue a session, all intermediate values in one piece of device memory.
package struct OpenCLBackend: Backend {
    /// `opencl:N`.
    package let name: String
    let device: OpenCLDevice
    private let threads: Int?
    private let precision: FloatPrecision
    private let definitions: any KernelDefinitions
    /// Where what was tuned is kept.
    let cache: ProgramCache

    /// - Parameters:
    ///   - device: one that can be used.
    ///   - threads: how many host threads definitions may use; nil for one a core.
    ///   - precision: of float convolutions and matrix products.
    ///   - definitions: compute, on the host, what this backend has no kernel for.
    ///   - cache: where tuned tiles are kept.
    package init(
        device: OpenCLDevice, threads: Int? = nil, precision: FloatPrecision = .float32,
        definitions: any KernelDefinitions, cache: ProgramCache = .standard
    ) {
        name = "opencl:\(device.index)"
        self.device = device
        self.threads = threads
        self.precision = precision
        self.definitions = definitions
        self.cache = cache
    }

    package func packedInputs(of operator: any Operator) -> [Int] {
        (`operator` as? any OpenCLOperator)?.packedInputs ?? []
    }

    package func prepare(_ plan: Plan) throws(HoneError) -> any PreparedPlan {
        let context = try DeviceContext.shared(device)
        let queue = try context.makeQueue(profiling: true)
        let tiles = TileChoice(TunedTiles(cache, device.info))
        let maker = LaunchMaker(queue: queue, precision: precision, tiles: tiles)
        let arranged = arranged(plan)
        var works: [Residency.Work] = []
        var details: [String?] = []
        for (index, step) in arranged.plan.steps.enumerated() {
            maker.beginStep()
            do throws(HoneError) {
                works.append(try work(arranged.kernels[index], arranged.operands[index], step, maker))
            } catch {
                throw error.atNode(step.label)
            }
            let tuned = tiles.takeAnswers().filter { $0.chosen != $0.preset }
            let notes = [
                tuned.isEmpty ? nil : "tuned: " + tuned.map { $0.chosen }.joined(separator: ", "),
                maker.keptBlocks.map { "\($0.density) in \($0.byteCount) bytes" },
            ].compactMap { $0 }
            details.append(notes.isEmpty ? nil : notes.joined(separator: "; "))
        }
        var placed = Residency(arranged, works, details: details)
        let slots = DeviceSlots(&placed.plan, alignment: max(device.info.subBufferAlignment, Plan.arenaAlignment))
        return try OpenCLPlan(placed, slots, maker, queue: queue, threads: threads)
    }

    /// The plan with layouts and fusions for this device.
    func arranged(_ plan: Plan) -> ArrangedPlan {
        ArrangedPlan(plan) { typedOperator, step in
            (typedOperator as? any OpenCLOperator)?.arrangements(step, on: device.info) ?? []
        }
    }

    private func work(
        _ kind: ArrangedPlan.Kernel, _ operands: StepOperands, _ step: PlanStep, _ maker: LaunchMaker
    ) throws(HoneError) -> Residency.Work {
        switch kind {
        case .own:
            guard let own = step.typedOperator as? any OpenCLOperator else {
                preconditionFailure("\(step.label) was arranged, but has no kernel")
            }
            return .device(try own.launches(operands, maker))
        case .conversion:
            guard let from = operands.input(0), let to = operands.output(0) else {
                preconditionFailure("a conversion has one input and one output")
            }
            return .device(try LayoutConversion.launches(from: from, to: to, maker))
        case .definition:
            guard let definition = definitions.definition(of: step.typedOperator) else {
                throw HoneError(.unsupported, "the \(name) backend has no kernel for this operator")
            }
            return .host(definition)
        }
    }
}
