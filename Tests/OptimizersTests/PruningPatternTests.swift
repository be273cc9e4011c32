import Tensors
import Testing

@testable import Optimizers

@Suite("Pruning patterns and schedules")
struct PruningPatternTests {
    @Test("A pattern reads what it writes", arguments: ["16x4", "1x4", "4x1", "16x16", "1x1", "2:4", "channel"])
    func roundTrip(_ text: String) throws {
        #expect(try PruningPattern(text).description == text)
    }

    @Test(
        "Other texts are refused",
        arguments: ["", "x", "16", "0x4", "16x-4", "16x4x1", "4:4", "5:4", "4097x1", "blocks"])
    func refusal(_ text: String) {
        #expect(throws: HoneError.self) { try PruningPattern(text) }
    }

    @Test("The polynomial schedule of Zhu and Gupta ends at its target")
    func schedule() {
        let schedule = PruningSchedule.polynomial(steps: 4, power: 3, initial: 0)
        // 0.5 (1 - (1 - t / 4)^3)
        #expect(schedule.sparsities(to: 0.5) == [0.2890625, 0.4375, 0.4921875, 0.5])
        #expect(PruningSchedule.constant.sparsities(to: 0.75) == [0.75])
        #expect(PruningSchedule.polynomial(steps: 2, power: 1, initial: 0.9).sparsities(to: 0.5) == [0.5, 0.5])
    }
}
