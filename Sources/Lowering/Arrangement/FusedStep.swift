import ModelGraph
import Runtime
import Tensors

/// A step of the plan before layouts are decided, with what its kernel does besides: a convolution the residual addition that
/// follows it, an addition the activation.
struct FusedStep {
    var step: PlanStep
    /// The fused addition's operands; its convolution operand is nil.
    var addition: Addition?
    /// What follows an addition that stands alone, and its node.
    var activation = FusedActivation.none
    var follower: Node?

    struct Addition {
        var step: PlanStep
        var position: Int
        var other: Plan.ValueID
        var activation: FusedActivation
        /// Nodes that follow the addition and are done with it.
        var followers: [Node]
        var convolutionValue: Plan.ValueID
    }
}

/// Finds additions, marked by the pass `ResidualAddMarking`, that a convolution can do while it stores, and the activations
/// that other additions can.
struct ResidualFusion {
    private let plan: Plan
    private var makers: [Plan.ValueID: Int] = [:]
    private var users: [Plan.ValueID: [Int]] = [:]

    init(_ plan: Plan) {
        self.plan = plan
        for step in plan.steps {
            for case let value? in step.outputs { makers[value] = step.index }
            for case let value? in step.inputs { users[value, default: []].append(step.index) }
        }
    }

    /// - Parameter accepts: whether the kernel takes what follows it.
    func run(accepts: (FusedStep) -> Bool) -> [FusedStep] {
        var fused = plan.steps.map { FusedStep(step: $0) }
        var removed: Set<Int> = []
        for step in plan.steps {
            guard let (maker, addition) = fusion(of: step) else { continue }
            var candidate = fused[maker]
            candidate.addition = addition
            candidate.step.outputs = step.outputs
            let follower = activation(after: step)
            if let follower {
                candidate.addition?.activation = follower.activation
                candidate.addition?.followers = [follower.step.node]
                candidate.step.outputs = follower.step.outputs
            }
            guard accepts(candidate) else { continue }
            fused[maker] = candidate
            removed.insert(step.index)
            if let follower { removed.insert(follower.step.index) }
        }
        for step in plan.steps where !removed.contains(step.index) {
            guard let follower = activation(after: step) else { continue }
            var candidate = fused[step.index]
            (candidate.activation, candidate.follower) = (follower.activation, follower.step.node)
            candidate.step.outputs = follower.step.outputs
            guard accepts(candidate) else { continue }
            fused[step.index] = candidate
            removed.insert(follower.step.index)
        }
        return fused.filter { !removed.contains($0.step.index) }
    }

    private func fusion(of step: PlanStep) -> (maker: Int, addition: FusedStep.Addition)? {
        guard let name = step.node.annotations[ResidualAddMarking.key],
            let position = step.inputs.firstIndex(where: { $0.map { plan.values[$0].name == name } ?? false }),
            let value = step.inputs[position], let maker = makers[value],
            users[value]?.count == 1,
            case .arena = plan.values[value].place
        else { return nil }
        let otherPosition = [0: 1, 1: 0]
        let quantizedOtherPosition = [0: 3, 3: 0]
        let isQuantized = step.typedOperator is QLinearAdd || step.typedOperator is FusedQLinearAdd
        guard isQuantized || step.typedOperator is Add,
            let index = (isQuantized ? quantizedOtherPosition : otherPosition)[position], index < step.inputs.count,
            let other = step.inputs[index], let result = step.outputs.first ?? nil
        else { return nil }
        // The other operand must be there when the convolution runs, and no operand stretches.
        guard (makers[other] ?? -1) < maker, plan.values[other].type.shape == plan.values[value].type.shape,
            plan.values[result].type.shape == plan.values[value].type.shape
        else { return nil }
        if isQuantized {
            let parameters = step.inputs.indices.filter { $0 != position && $0 != index }
            for case let parameter? in parameters.map({ step.inputs[$0] }) {
                guard case .constant = plan.values[parameter].place else { return nil }
            }
        }
        return (
            maker,
            FusedStep.Addition(
                step: step, position: position, other: other, activation: .none, followers: [], convolutionValue: value)
        )
    }

    /// A Relu that alone reads a float addition, marked by the pass `AdditionActivationMarking`: no observer waits for the sum.
    private func activation(after step: PlanStep) -> (step: PlanStep, activation: FusedActivation)? {
        guard step.typedOperator is Add, let value = step.outputs.first ?? nil, case .arena = plan.values[value].place,
            let user = users[value], user.count == 1
        else { return nil }
        let follower = plan.steps[user[0]]
        guard follower.typedOperator is Relu,
            follower.node.outputs.first == step.node.annotations[AdditionActivationMarking.key]
        else { return nil }
        return (follower, .relu)
    }
}
