import ModelGraph
import ReferenceBackend
import Tensors
import TestSupport
import Testing

@testable import Runtime

@Suite struct ArenaTests {
    /// A chain of Relus with a skip from every value to a later one keeps lifetimes of many lengths.
    @Test(arguments: 0..<20) func valuesAliveTogetherNeverOverlap(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var plan = Plan()
        let steps = 30
        for index in 0..<60 {
            let first = Int.random(in: 0..<steps, using: &generator)
            let last = Int.random(in: first..<steps, using: &generator)
            plan.values.append(
                PlannedValue(
                    name: "v\(index)", type: TensorType(.uint8, [Int.random(in: 0...5000, using: &generator)]),
                    modelElementType: .uint8, place: .arena(offset: 0), lifetime: first...last))
        }
        plan.placeInArena()
        let placed = plan.values.map { value -> (ClosedRange<Int>, Range<Int>) in
            guard case .arena(let offset) = value.place else { return (value.lifetime, 0..<0) }
            #expect(offset % Plan.arenaAlignment == 0, "seed \(seed)")
            return (value.lifetime, offset..<(offset + value.type.byteCount))
        }
        for (index, left) in placed.enumerated() {
            #expect(left.1.upperBound <= plan.arenaByteCount, "seed \(seed)")
            for right in placed[(index + 1)...] where left.0.overlaps(right.0) {
                #expect(!left.1.overlaps(right.1), "seed \(seed): \(left) and \(right)")
            }
        }
        #expect(plan.arenaByteCount < plan.unsharedByteCount, "seed \(seed): nothing was shared")
    }
}
