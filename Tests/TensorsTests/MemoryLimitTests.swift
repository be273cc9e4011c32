import Tensors
import Testing

@Suite struct MemoryLimitTests {
    @Test func theLimitIsReachedButNotPassed() throws {
        try MemoryLimit.check(MemoryLimit.byteCount, for: "a tensor")
        #expect {
            try MemoryLimit.check(MemoryLimit.byteCount + 1, for: "a tensor", remedy: "make it smaller")
        } throws: { error in
            guard let error = error as? HoneError else { return false }
            return error.code == .outOfMemory && error.description.hasPrefix("a tensor: ")
                && error.remedy == "make it smaller"
        }
    }

    @Test func tensorsOfEverySizeAreAlignedAndZero() {
        for count in [0, 1, 63, 64, 65, 4096, 1 << 20] {
            let tensor = Tensor(zeros: TensorType(.uint8, [count]))
            tensor.withUnsafeBytes { bytes in
                #expect(Int(bitPattern: bytes.baseAddress) % 64 == 0, "\(count) bytes")
                #expect(bytes.count == count && bytes.allSatisfy { $0 == 0 }, "\(count) bytes")
            }
        }
    }
}
