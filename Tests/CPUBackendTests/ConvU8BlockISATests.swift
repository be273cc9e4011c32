import CMicrokernels
import CPUBackend
import TestSupport
import Testing

/// Every body of `conv_u8_block` against its definition, called as C.
@Suite struct ConvU8BlockISATests {
    @Test(arguments: InstructionSet.available)
    func randomListsGiveTheDefinitionsBytes(_ isa: InstructionSet) {
        guard let function = Self.function(isa) else { return }
        for seed in UInt64(1)...80 {
            let problem = RandomBlockProblem(seed: seed, extreme: seed % 4 == 0)
            let expected = problem.defined()
            for apart in [false, true] {
                let found = Self.output(of: problem, isa: isa, function: function, rowsApart: apart)
                #expect(found == expected, "\(isa.rawValue), seed \(seed), rows apart: \(apart)")
            }
        }
    }

    #if arch(x86_64)
        /// 255 * 128 is the largest sum of two products that 16 bits hold, and -32,640 the least that AVX2's kernel lets through.
        @Test(arguments: [
            (127, 1, true), (127, 2, false), (-128, 0, true), (-128, -1, false), (-128, 127, true), (64, 64, true),
            (-64, -65, false),
        ])
        func onlyPairsThatCannotSaturateCountAsSafe(_ first: Int, _ second: Int, _ isSafe: Bool) {
            var problem = RandomBlockProblem(seed: 1, extreme: false)
            problem.groups = 1
            problem.lists = [.init(block: 0, offset: 0, both: 0, first: 1, second: 0)]
            problem.offsets = [0]
            problem.blocks = [Int8](repeating: 0, count: 64)
            problem.blocks[34] = Int8(first)
            problem.blocks[35] = Int8(second)
            let memory = CallMemory()
            var call = memory.call(problem)
            let packed = memory.bytes(mk_conv_u8_block_avx2_size(&call))
            let safe = mk_pack_conv_u8_block_avx2(&call, packed)
            #expect(safe == (isSafe ? 1 : 0))
        }
    #endif

    private static func function(_ isa: InstructionSet) -> mk_conv_u8_block_function? {
        #if arch(x86_64)
            if isa == .avx2 { return mk_conv_u8_block_avx2 }
            if isa == .avxvnni { return mk_conv_u8_block_avxvnni }
        #elseif arch(arm64)
            if isa == .neon { return mk_conv_u8_block_neon }
        #endif
        return isa == .scalar ? mk_conv_u8_block_scalar : nil
    }

    /// The kernel's bytes; whatever it writes beside them shows too.
    private static func output(
        of problem: RandomBlockProblem, isa: InstructionSet, function: mk_conv_u8_block_function, rowsApart: Bool
    ) -> [UInt8] {
        let margin = 64
        let memory = CallMemory()
        var call = memory.call(problem)
        let output = memory.copy([UInt8](repeating: 0xA5, count: problem.outputBytes + 2 * margin))
        call.output = output + margin
        #if arch(x86_64)
            if isa == .avx2 {
                let packed = memory.bytes(mk_conv_u8_block_avx2_size(&call))
                _ = mk_pack_conv_u8_block_avx2(&call, packed)
                call.blocks = UnsafePointer(packed.assumingMemoryBound(to: Int8.self))
            }
        #endif
        let pairs = Int32(problem.groups + 1) / 2
        if rowsApart {
            for pair in 0..<pairs {
                for row in 0..<Int32(problem.rows) { function(&call, pair, 1, row, 1) }
            }
        } else {
            function(&call, 0, pairs, 0, Int32(problem.rows))
        }
        let bytes = Array(UnsafeBufferPointer(start: output, count: problem.outputBytes + 2 * margin))
        let isMarginIntact = (bytes.prefix(margin) + bytes.suffix(margin)).allSatisfy { $0 == 0xA5 }
        return isMarginIntact ? Array(bytes[margin..<bytes.count - margin]) : []
    }
}

/// Memory that C reads and writes, freed with the last reference.
private final class CallMemory {
    private var allocated: [UnsafeMutableRawPointer] = []
    private let addition = UnsafeMutablePointer<mk_u8_addition>.allocate(capacity: 1)

    deinit {
        for memory in allocated { memory.deallocate() }
        addition.deallocate()
    }

    /// On a boundary of 64 bytes.
    func bytes(_ count: Int) -> UnsafeMutableRawPointer {
        let memory = UnsafeMutableRawPointer.allocate(byteCount: max(count, 1), alignment: 64)
        allocated.append(memory)
        return memory
    }

    func copy<Element: BitwiseCopyable>(_ values: [Element]) -> UnsafeMutablePointer<Element> {
        let memory = bytes(values.count * MemoryLayout<Element>.stride).bindMemory(
            to: Element.self, capacity: values.count)
        memory.initialize(from: values, count: values.count)
        return memory
    }

    /// The problem as C takes it; `output` is not set.
    func call(_ problem: RandomBlockProblem) -> mk_conv_u8_block {
        var call = mk_conv_u8_block()
        call.blocks = UnsafePointer(copy(problem.blocks))
        call.offsets = UnsafePointer(copy(problem.offsets))
        let lists = problem.lists.map {
            mk_block_list(
                first_block: UInt64($0.block), first_offset: UInt32($0.offset), both: UInt32($0.both),
                first: UInt32($0.first), second: UInt32($0.second))
        }
        call.lists = UnsafePointer(copy(lists))
        call.input = UnsafePointer(copy(problem.input))
        call.input_pixel = problem.pixelStep
        call.input_row = problem.rowStep
        call.output_row = problem.width * 16
        call.output_group = problem.width * 16 * problem.rows
        call.width = Int32(problem.width)
        call.groups = Int32(problem.groups)
        call.bias = UnsafePointer(copy(problem.bias))
        call.multiplier = UnsafePointer(copy(problem.multiplier))
        (call.low, call.high, call.zero_point) = (problem.low, problem.high, problem.zeroPoint)
        guard let values = problem.addition else { return call }
        var sum = mk_u8_addition()
        sum.other = UnsafePointer(copy(values.other))
        sum.other_row = call.output_row
        sum.other_group = call.output_group
        (sum.conv_scale, sum.other_scale, sum.scale) = (values.convolutionScale, values.otherScale, values.scale)
        sum.other_zero_point = values.otherZeroPoint
        (sum.low, sum.high, sum.zero_point) = (values.low, values.high, values.zeroPoint)
        addition.initialize(to: sum)
        call.addition = UnsafePointer(addition)
        return call
    }
}
