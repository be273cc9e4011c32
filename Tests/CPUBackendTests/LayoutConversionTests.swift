import Runtime
import Tensors
import TestSupport
import Testing

@testable import CPUBackend

@Suite struct LayoutConversionTests {
    /// Every pair of layouts, of which at least one is blocked.
    @Test(arguments: 0..<60) func elementsKeepTheirValuesAndTheRestIsZero(seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let channels = [1, 3, 4, 15, 16, 17, 32, 40][random.integer(0...7)]
        let size = [random.integer(1...40), random.integer(1...40)]
        let shape = [random.integer(1...2), channels] + (random.integer(0...3) == 0 ? [size[0]] : size)
        let element: ElementType = [.uint8, .int8, .float32, .int32][random.integer(0...3)]
        let type = TensorType(element, shape)
        let tensor = random.bytes(element, shape)
        let zero = element.byteCount == 1 ? UInt8(random.integer(0...255)) : 0
        func blocked() -> PlannedValue.Layout {
            let isPacked = random.integer(0...2) == 0
            return .blocked(
                BlockedLayout(halo: random.halo(), channelsPerPixel: isPacked ? channels : 16, haloByte: zero))
        }
        let pairs: [(PlannedValue.Layout, PlannedValue.Layout)] = [
            (.rowMajor, blocked()), (blocked(), .rowMajor), (blocked(), blocked()),
        ]
        for (source, target) in pairs {
            let driver = KernelDriver(seed: UInt64(seed))
            let (from, to) = (driver.value(type, source), driver.value(type, target))
            driver.write(tensor, to: from)
            try driver.run(LayoutConversion(from: from, to: to))
            #expect(driver.read(to) == tensor, "seed \(seed): \(type) from \(source) to \(target)")
            #expect(driver.misfilled(to) == 0, "seed \(seed): \(type) from \(source) to \(target)")
        }
    }
}
