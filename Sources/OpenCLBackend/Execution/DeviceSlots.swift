import Runtime

/// Places the values of a plan in device memory.
///
/// A halo is written once, before the first run, so that kernels need not: values with a halo share memory only with values
/// that lie in it in the same way, and with those only one after the other.
struct DeviceSlots {
    /// For each piece of memory with a halo a value that lies in it.
    private(set) var halos: [Plan.ValueID] = []

    init(_ plan: inout Plan, alignment: Int) {
        var ends: [(slot: Plan.ValueID, end: Int)] = []
        var members: [Plan.ValueID: Plan.ValueID] = [:]
        var shapes: [BlockedShape: [Int]] = [:]
        let byStart = plan.values.indices.sorted { left, right in
            let (a, b) = (plan.values[left].lifetime.lowerBound, plan.values[right].lifetime.lowerBound)
            return (a, left) < (b, right)
        }
        for value in byStart {
            let planned = plan.values[value]
            guard case .arena = planned.place, case .blocked(let layout) = planned.layout, layout.halo != .none,
                let shape = BlockedShape(planned.type, layout)
            else { continue }
            if let free = shapes[shape]?.first(where: { ends[$0].end < planned.lifetime.lowerBound }) {
                ends[free].end = planned.lifetime.upperBound
                members[value] = ends[free].slot
                // The first one's place is for all.
                plan.values[value].place = .unused
            } else {
                shapes[shape, default: []].append(ends.count)
                ends.append((value, planned.lifetime.upperBound))
                halos.append(value)
            }
        }
        let lifetimes = plan.values.map(\.lifetime)
        for slot in halos { plan.values[slot].lifetime = -1...plan.steps.count }
        plan.placeInArena(alignment: alignment)
        for (value, slot) in members { plan.values[value].place = plan.values[slot].place }
        for value in plan.values.indices { plan.values[value].lifetime = lifetimes[value] }
    }
}
