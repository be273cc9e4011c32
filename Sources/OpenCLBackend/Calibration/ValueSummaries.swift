import Lowering
import Runtime
import Tensors

/// Sums up a plan's values for calibration; what a value needs for that is made once. Belongs to one session.
final class ValueSummaries {
    private struct Bound {
        let observer: ValueObserver
        let launches: [BoundLaunch]
    }

    private let queue: CommandQueue
    private var bound: [Plan.ValueID: Bound] = [:]

    init(queue: CommandQueue) { self.queue = queue }

    /// The summary of a value of float32, by samples along its first dimension; nil for other types, for values without
    /// elements, and where sizes exceed what the kernels take.
    func summary(of value: StepOperands.Value, in buffer: DeviceBuffer) throws(HoneError) -> ValueSummary? {
        guard value.type.elementType == .float32, value.type.elementCount > 0 else { return nil }
        if bound[value.id] == nil { bound[value.id] = try bind(value, buffer) }
        guard let made = bound[value.id] else { return nil }
        for launch in made.launches { try queue.enqueue(launch) }
        return try made.observer.summary(queue)
    }

    private func bind(_ value: StepOperands.Value, _ buffer: DeviceBuffer) throws(HoneError) -> Bound? {
        let lines =
            switch value.layout {
            case .blocked(let layout): BlockedShape(value.type, layout).flatMap { ElementLines(blocked: $0) }
            case .rowMajor: ElementLines(rowMajor: value.type.elementCount, samples: value.type.shape.first ?? 1)
            }
        guard let lines else { return nil }
        let maker = LaunchMaker(queue: queue)
        let observer = try ValueObserver(of: .value(value.id), lines: lines, maker)
        var launches: [BoundLaunch] = []
        for launch in observer.launches { launches.append(try maker.bind(launch) { _ in buffer }) }
        return Bound(observer: observer, launches: launches)
    }
}
