import Lowering
import OpenCLBackend
import Runtime
import Tensors
import Testing

@Suite(OpenCLDevices.areThere) struct LayoutConversionTests {
    @Test(arguments: 0..<24) func everyLayoutBecomesEveryOther(seed: Int) throws {
        var random = TrialValues(seed: seed)
        let type = TensorType(random.oneOf([.uint8, .int8, .float32]), random.imageShape())
        let tensor = random.tensor(type.elementType, type.shape)
        func layouts() -> [PlannedValue.Layout] {
            let byte = type.elementType.byteCount == 1 ? UInt8(random.integer(0...255)) : 0
            let packed = BlockedLayout(halo: random.halo(), channelsPerPixel: type.shape[1], haloByte: byte)
            let blocked = BlockedLayout(halo: random.halo(), haloByte: byte)
            return [.rowMajor, .blocked(blocked)] + (type.shape[1] < 16 ? [.blocked(packed)] : [])
        }
        let queue = try OpenCLDevices.queue()
        for from in layouts() {
            for to in layouts() where from != .rowMajor || to != .rowMajor {
                var memory = TrialMemory(queue)
                let source = try memory.value(type, from, tensor)
                let target = try memory.value(type, to, nil)
                let maker = LaunchMaker(queue: queue)
                for launch in try LayoutConversion.launches(from: source, to: target, maker) {
                    try queue.enqueue(try maker.bind(launch) { [memory] id in memory.buffer(id) })
                }
                try queue.finish()
                let (elements, misfilled) = try memory.read(target)
                let same = elements.withUnsafeBytes { left in tensor.withUnsafeBytes { left.elementsEqual($0) } }
                #expect(same, "seed \(seed): \(type) from \(from) to \(to)")
                #expect(misfilled == 0, "seed \(seed): \(type) from \(from) to \(to)")
            }
        }
    }
}
