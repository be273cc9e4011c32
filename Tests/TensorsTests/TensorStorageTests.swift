import Synchronization
import Tensors
import TestSupport
import Testing

@Suite struct TensorStorageTests {
    @Test func elementsAreComputedWhenTheyAreFirstReadAndOnce() {
        let calls = Mutex(0)
        let tensor = Tensor(TensorType(.int32, [3])) { bytes in
            calls.withLock { $0 += 1 }
            for index in 0..<3 { bytes.storeBytes(of: Int32(index * 7), toByteOffset: index * 4, as: Int32.self) }
        }
        let copy = tensor
        #expect(!tensor.isFilled && calls.withLock { $0 } == 0)
        #expect(tensor.elements(as: Int32.self) == [0, 7, 14])
        #expect(copy.isFilled && copy == Tensor([0, 7, 14] as [Int32]))
        #expect(calls.withLock { $0 } == 1)
    }

    @Test func writingACopyLeavesTheOriginalAlone() {
        let tensor = Tensor(TensorType(.uint8, [2])) { $0.copyBytes(from: [1, 2] as [UInt8]) }
        var copy = tensor
        copy.withMutableElements(of: UInt8.self) { $0[0] = 9 }
        #expect(copy.elements(as: UInt8.self) == [9, 2] && tensor.elements(as: UInt8.self) == [1, 2])
    }

    @Test func severalThreadsSeeOneFilling() async {
        let calls = Mutex(0)
        let tensor = Tensor(TensorType(.uint8, [1 << 16])) { bytes in
            calls.withLock { $0 += 1 }
            for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index) }
        }
        let sums = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<8 { group.addTask { tensor.elements(as: UInt8.self).reduce(0) { $0 + Int($1) } } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(sums) == [256 * 255 / 2 * 256] && calls.withLock { $0 } == 1)
    }
}
