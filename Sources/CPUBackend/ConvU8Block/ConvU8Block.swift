import CMicrokernels
import Lowering
import Runtime
import Tensors

/// The prepared kernel `conv_u8_block`: a convolution of u8 activations in groups of 16 channels.
final class ConvU8Block: CPUKernel {
    /// What a prepared convolution needs to know beside its lists.
    struct Problem {
        var input: StepOperands.Value
        var inputShape: BlockedShape
        var output: StepOperands.Value
        var outputShape: BlockedShape
        var window: ConvolutionWindow
        /// For each output channel: `bias - zx * sum(w)`, and `(sx * sw[c]) / sy`.
        var starts: [Int32]
        var multipliers: [Float]
        /// Bounds of the convolution's integers less their zero point.
        var low: Float
        var high: Float
        /// Of the u8 form.
        var zeroPoint: Int32
        var addition: Addition?
    }

    /// A residual addition, without addresses.
    struct Addition {
        var parameters: mk_u8_addition
        var other: StepOperands.Value
        var otherShape: BlockedShape
    }

    /// The lists in the form of the AVX2 kernel.
    private struct AVX2Lists {
        let packed: AlignedArray<UInt8>
        /// Blocks on which no sum of two products saturates; the others are kept as 16-bit weights.
        let safeBlocks: Int
    }

    private let lists: BlockLists
    private let problem: Problem
    private let offsets: AlignedArray<Int32>
    private let bias: AlignedArray<Int32>
    private let multiplier: AlignedArray<Float>
    private let function: mk_conv_u8_block_function
    /// Where that kernel runs.
    private let avx2Lists: AVX2Lists?
    private let productsFit: Bool
    private let cutting: ConvolutionTasks
    let packedInputs: PackedInputs
    private var tasks: (threads: Int, list: [ConvolutionTask]) = (0, [])

    /// - Parameter packedInputs: what writes the weights again that the lists were made from.
    /// - Throws: `.outOfMemory`.
    init(
        _ problem: Problem, lists: BlockLists, isa: InstructionSet,
        packedInputs: PackedInputs = [:]
    ) throws(HoneError) {
        self.packedInputs = packedInputs
        self.problem = problem
        self.lists = lists
        function = ConvU8Block.function(isa)
        // An int32 times half is at most 2^30.
        productsFit = problem.multipliers.allSatisfy { $0 <= 0.5 }
        offsets = try lists.offsets(in: problem.inputShape, dilations: problem.window.dilations)
        // Lanes past the last output come to 0, which is stored as the zero point.
        let lanes = lists.pairs * 32
        bias = try AlignedArray(
            problem.starts + [Int32](repeating: 0, count: lanes - problem.starts.count), for: "the bias")
        multiplier = try AlignedArray(
            problem.multipliers + [Float](repeating: 0, count: lanes - problem.multipliers.count),
            for: "the multipliers")
        avx2Lists = try ConvU8Block.avx2Lists(of: lists, offsets, groups: problem.outputShape.groups, isa)
        cutting = ConvolutionTasks(
            images: problem.outputShape.images, rows: problem.outputShape.height,
            width: problem.outputShape.width,
            pairCosts: (0..<lists.pairs).map { pair in
                // Storing takes about as long as four blocks of each group.
                lists.list(ofPair: pair).blockCount + 8
            },
            weightBytes: lists.blockBytes,
            inputRowBytes: problem.window.strides.row * problem.inputShape.rowBytes * problem.inputShape.groups)
    }

    /// The microkernel for an instruction set.
    static func function(_ isa: InstructionSet) -> mk_conv_u8_block_function {
        #if arch(x86_64)
            switch isa {
            case .avx512vnni: return mk_conv_u8_block_avx512vnni
            case .avxvnni: return mk_conv_u8_block_avxvnni
            case .avx2: return mk_conv_u8_block_avx2
            case .scalar, .neon: return mk_conv_u8_block_scalar
            }
        #elseif arch(arm64)
            return isa == .neon ? mk_conv_u8_block_neon : mk_conv_u8_block_scalar
        #else
            return mk_conv_u8_block_scalar
        #endif
    }

    private static func avx2Lists(
        of lists: BlockLists, _ offsets: AlignedArray<Int32>, groups: Int, _ isa: InstructionSet
    ) throws(HoneError) -> AVX2Lists? {
        #if arch(x86_64)
            guard isa == .avx2 else { return nil }
            var call = mk_conv_u8_block()
            call.blocks = UnsafePointer(lists.blocks.address)
            call.offsets = UnsafePointer(offsets.address)
            call.lists = UnsafePointer(lists.lists.address)
            call.groups = Int32(groups)
            let packed = try AlignedArray<UInt8>(
                room: mk_conv_u8_block_avx2_size(&call), for: "the packed weights of a convolution")
            let safeBlocks = mk_pack_conv_u8_block_avx2(&call, packed.address)
            return AVX2Lists(packed: packed, safeBlocks: Int(safeBlocks))
        #else
            return nil
        #endif
    }

    var detail: String? {
        let density = lists.density
        guard let avx2Lists else { return "\(density)" }
        return "\(density), \(avx2Lists.safeBlocks) safe and \(density.kept - avx2Lists.safeBlocks) widened"
    }

    func run(_ memory: PlanMemory) {
        let threads = HostThreads.limit
        if tasks.threads != threads { tasks = (threads, cutting.cut(threads: threads)) }
        let tasks = tasks.list
        HostThreads.forEach(count: tasks.count) { index in
            let task = tasks[index]
            for image in task.images { self.run(task, image: image, memory) }
        }
    }

    private func run(_ task: ConvolutionTask, image: Int, _ memory: PlanMemory) {
        let (input, output) = (problem.inputShape, problem.outputShape)
        let groups = output.groups
        var call = mk_conv_u8_block()
        call.blocks =
            avx2Lists.map { UnsafeRawPointer($0.packed.address).assumingMemoryBound(to: Int8.self) }
            ?? UnsafePointer(lists.blocks.address)
        call.offsets = UnsafePointer(offsets.address)
        call.lists = UnsafePointer(lists.lists.address)
        let origin =
            input.originBytes - problem.window.pads.row * input.rowBytes - problem.window.pads.column * input.pixelBytes
        call.input = UnsafePointer(
            (memory[problem.input.id] + image * input.imageBytes + origin).assumingMemoryBound(to: UInt8.self))
        call.input_pixel = problem.window.strides.column * input.pixelBytes
        call.input_row = problem.window.strides.row * input.rowBytes
        let value = memory[problem.output.id]
        call.output = (value + image * output.imageBytes + output.originBytes).assumingMemoryBound(to: UInt8.self)
        call.output_row = output.rowBytes
        call.output_group = output.groupBytes
        call.width = Int32(output.width)
        call.groups = Int32(groups)
        call.bias = UnsafePointer(bias.address)
        call.multiplier = UnsafePointer(multiplier.address)
        (call.low, call.high, call.zero_point) = (problem.low, problem.high, problem.zeroPoint)
        call.products_fit = productsFit ? 1 : 0
        let (firstPair, pairs) = (Int32(task.pairs.lowerBound), Int32(task.pairs.count))
        let (firstRow, rows) = (Int32(task.rows.lowerBound), Int32(task.rows.count))
        if let addition = problem.addition {
            let other = addition.otherShape
            var parameters = addition.parameters
            parameters.other = UnsafePointer(
                (memory[addition.other.id] + image * other.imageBytes + other.originBytes)
                    .assumingMemoryBound(to: UInt8.self))
            parameters.other_row = other.rowBytes
            parameters.other_group = other.groupBytes
            withUnsafePointer(to: parameters) { parameters in
                call.addition = parameters
                function(&call, firstPair, pairs, firstRow, rows)
            }
        } else {
            function(&call, firstPair, pairs, firstRow, rows)
        }
        let stored = (task.pairs.lowerBound * 2)..<min(task.pairs.upperBound * 2, groups)
        let byte = UInt8(truncatingIfNeeded: problem.addition?.parameters.zero_point ?? problem.zeroPoint)
        if zeroIsOutOfBounds, stored.upperBound == groups, output.channels % 16 != 0 {
            mk_fill_lanes(
                call.output + (groups - 1) * output.groupBytes + task.rows.lowerBound * output.rowBytes,
                output.rowBytes, task.rows.count, output.width, 16, output.channels % 16, byte)
        }
        // One task stores the last row of a group.
        if task.rows.upperBound == output.height {
            output.fillHalo(of: value, image: image, groups: stored)
        }
    }

    /// Whether a clamp lifts lanes past the last channel away from the zero point.
    private var zeroIsOutOfBounds: Bool {
        let added = problem.addition?.parameters
        return problem.low > 0 || problem.high < 0 || (added?.low ?? 0) > 0 || (added?.high ?? 0) < 0
    }
}
