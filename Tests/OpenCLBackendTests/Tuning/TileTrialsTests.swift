import ModelGraph
import ReferenceBackend
import Runtime
import Tensors
import Testing

@testable import OpenCLBackend

/// What a trial of tiles refuses.
@Suite(OpenCLDevices.areThere) struct TileTrialsTests {
    /// Memory of a step with one input and one output of 1,000 bytes.
    private func memory(_ queue: CommandQueue) throws -> (memory: StepMemory, input: Tensor, output: DeviceBuffer) {
        let trial = SessionTrial(
            nodes: [Node("Identity", inputs: ["x"], outputs: ["y"])],
            inputs: ["x": Tensor(zeros: TensorType(.uint8, [1000]))])
        let graph = trial.graph
        let inferred = try graph.inferTypes(
            inputTypes: trial.inputs.mapValues { $0.type }, inputValues: [:], evaluator: ReferenceBackend())
        let plan = try Plan(graph, inferred: inferred)
        let step = try #require(plan.steps.first)
        let values = Set((step.inputs + step.outputs).compactMap { $0 })
        let memory = try StepMemory(plan, step, values: values, queue: queue)
        let (input, output) = (try #require(memory.inputs.first), try #require(memory.outputs.first))
        let bytes = try queue.read(memory.buffer(input.key), count: 1000, as: UInt8.self)
        #expect(bytes == input.value.elements(as: UInt8.self))
        return (memory, input.value, memory.buffer(output))
    }

    @Test func wrongBitsAreRefused() throws {
        let queue = try OpenCLDevices.queue(profiling: true)
        let (memory, input, output) = try memory(queue)
        #expect(Set(input.elements(as: UInt8.self)).count > 200, "random input has many values")
        func fill(_ byte: UInt8, _ byteCount: Int) throws(HoneError) -> BoundLaunch {
            try LaunchMaker(queue: queue).bind(.fill(.buffer(output), byteCount: byteCount, byte: byte))
        }
        let preset = [try fill(7, 1000)]
        let expected = try memory.results(of: preset)
        #expect(
            expected.count == 1 && Set(expected[0]) == [7, 0xA5] && expected[0].prefix(1000).allSatisfy { $0 == 7 })
        let names = ["same", "another byte", "less", "beyond the end", "no work-group", "twice"]
        var advanced = 0
        let outcome = try TileTrials(memory: memory, queue: queue).run(
            preset: ("preset", preset), expected: expected, others: names,
            make: { name throws(HoneError) in
                switch name {
                case "same": return [try fill(7, 1000)]
                case "another byte": return [try fill(8, 1000)]
                case "less": return [try fill(7, 996)]
                case "beyond the end": return [try fill(7, 1004)]
                case "twice": return [try fill(8, 1000), try fill(7, 1000)]
                default: throw HoneError(.device, "it takes no such work-group")
                }
            }, isOver: { false }, advance: { advanced += 1 })
        #expect(
            outcome.refused.map { $0.tile } == ["another byte", "less", "beyond the end", "no work-group"]
                && outcome.refused.last?.reason == "it takes no such work-group")
        #expect(outcome.timedCount == 3 && advanced == names.count)
        #expect(["preset", "same", "twice"].contains(outcome.tile))
        #expect(outcome.microseconds <= outcome.presetMicroseconds)
    }

    /// Without time nothing but the preset is run.
    @Test func endsWhenTheTimeIsOver() throws {
        let queue = try OpenCLDevices.queue(profiling: true)
        let (memory, _, output) = try memory(queue)
        let launch = try LaunchMaker(queue: queue).bind(.fill(.buffer(output), byteCount: 1000, byte: 7))
        let outcome = try TileTrials(memory: memory, queue: queue).run(
            preset: ("preset", [launch]), expected: try memory.results(of: [launch]), others: ["a", "b"],
            make: { _ throws(HoneError) in throw HoneError(.device, "must not be asked for") }, isOver: { true },
            advance: {})
        #expect(outcome.tile == "preset" && outcome.refused.isEmpty && outcome.timedCount == 1)
    }
}
