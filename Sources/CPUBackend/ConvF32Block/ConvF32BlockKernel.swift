import CMicrokernels
import Lowering
import ModelGraph
import Runtime
import Tensors

/// A float convolution made ready: weights packed into lists, work cut into tasks.
final class ConvF32BlockKernel: CPUKernel {
    private let function: mk_conv_f32_block_function
    private let lists: ConvF32BlockLists
    private let listTable: AlignedArray<mk_f32_list>
    private let offsets: AlignedArray<Int32>
    private let bias: AlignedArray<Float>
    private let activation: mk_f32_activation
    private let addition: (value: Plan.ValueID, shape: BlockedShape, activation: mk_f32_activation)?

    private let input: (value: Plan.ValueID, shape: BlockedShape)
    private let output: (value: Plan.ValueID, shape: BlockedShape)
    /// From the input's first byte to the origin of output pixel (0, 0).
    private let originBytes: Int
    private let strides: [Int]
    /// Kernels of several taps use a line of input often enough by themselves.
    private let blockBytes: UInt64
    private let tasks: [ConvF32BlockTask]
    let packedInputs: PackedInputs

    /// - Throws: `.unsupported` if the input is too large for the kernel's offsets, `.outOfMemory`.
    init(
        _ convolution: FloatConvolution, _ step: StepOperands, activation: FusedActivation, isa: InstructionSet
    ) throws(HoneError) {
        guard let x = step.input(0), let inputShape = x.blocked, let y = step.output(0), let outputShape = y.blocked
        else { preconditionFailure("a float convolution's operands lie blocked") }
        let shape = convolution.weightShape
        let isDepthwise = convolution.isDepthwise
        let packed = convolution.weights.withElements(of: Float.self) { weights in
            Result { () throws(HoneError) -> ConvF32BlockLists in
                isDepthwise
                    ? try ConvF32BlockLists(depthwise: weights, shape: shape)
                    : try ConvF32BlockLists(
                        weights, shape: shape, group: convolution.group, pairs: isa == .avx512vnni)
            }
        }
        let lists = try packed.get()
        self.lists = lists
        let group = convolution.group
        packedInputs = lists.isReversible ? [1: { lists.unpack(into: $0, shape: shape, group: group) }] : [:]
        let offsets = lists.offsets(in: BlockedOffsets(shape: inputShape, dilations: convolution.window.dilations))
        guard let offsets else {
            throw HoneError(.unsupported, "an image of \(inputShape.imageBytes) bytes is too large for a convolution")
        }
        bias = try AlignedArray(zeros: outputShape.groups * 16, for: "the bias")
        let start = bias.address
        convolution.bias?.withElements(of: Float.self) { values in
            for index in values.indices { start[index] = values[index] }
        }
        function = isDepthwise ? mk_conv_depthwise_f32_for(isa.mk) : mk_conv_f32_block_for(isa.mk)
        self.activation = activation.mkFloat
        if let fused = step.addition {
            guard let other = fused.other.blocked else { preconditionFailure("an addition's operand lies blocked") }
            addition = (fused.other.id, other, fused.activation.mkFloat)
        } else {
            addition = nil
        }
        let halo = inputShape.layout.halo
        let window = convolution.window
        input = (x.id, inputShape)
        output = (y.id, outputShape)
        originBytes =
            (halo.top - window.padsBegin[0]) * inputShape.rowBytes + (halo.left - window.padsBegin[1])
            * inputShape.pixelBytes
        strides = window.strides
        blockBytes = shape[2] * shape[3] == 1 ? 192 << 10 : 0
        tasks = ConvF32BlockTask.tasks(
            costs: lists.lists.indices.map(lists.cost), rows: outputShape.height, width: outputShape.width,
            images: outputShape.images,
            inputRowBytes: (isDepthwise ? 1 : inputShape.groups) * inputShape.rowBytes * window.strides[0])
        listTable = try AlignedArray(lists.lists, for: "the lists of a convolution")
        self.offsets = try AlignedArray(offsets, for: "the offsets of a convolution")
    }

    var detail: String? { "\(lists.density)" }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let images = output.shape.images
        let tasks = tasks
        HostThreads.forEach(count: images * tasks.count) { index in
            let (image, task) = index.quotientAndRemainder(dividingBy: tasks.count)
            run(tasks[task], image: image, memory)
        }
    }

    private func run(_ task: ConvF32BlockTask, image: Int, _ memory: PlanMemory) {
        let value = memory[output.value]
        var problem = mk_conv_f32_block()
        problem.weights = UnsafePointer(lists.weights.address)
        problem.offsets = UnsafePointer(offsets.address)
        problem.lists = UnsafePointer(listTable.address)
        problem.list_count = Int32(lists.lists.count)
        problem.block_bytes = blockBytes
        problem.input = byteAddress(memory[input.value] + image * input.shape.imageBytes + originBytes)
        problem.input_pixel = strides[1] * input.shape.pixelBytes
        problem.input_row = strides[0] * input.shape.rowBytes
        let origin = value + image * output.shape.imageBytes + output.shape.originBytes
        problem.output = origin.assumingMemoryBound(to: UInt8.self)
        problem.output_row = output.shape.rowBytes
        problem.output_group = output.shape.groupBytes
        problem.width = Int32(output.shape.width)
        problem.bias = UnsafePointer(bias.address)
        problem.activation = activation
        let (first, count) = (Int32(task.lists.lowerBound), Int32(task.lists.count))
        let (row, rows) = (Int32(task.rows.lowerBound), Int32(task.rows.count))
        if let addition {
            var added = mk_f32_addition()
            let shape = addition.shape
            added.other = byteAddress(memory[addition.value] + image * shape.imageBytes + shape.originBytes)
            added.other_row = shape.rowBytes
            added.other_group = shape.groupBytes
            added.activation = addition.activation
            withUnsafePointer(to: added) { added in
                problem.addition = added
                function(&problem, first, count, row, rows)
            }
        } else {
            function(&problem, first, count, row, rows)
        }
        let groups = lists.groups(task.lists.lowerBound).lowerBound..<lists.groups(task.lists.upperBound - 1).upperBound
        let lanes = output.shape.channels % 16
        if lanes != 0, groups.upperBound == output.shape.groups {
            let pixel =
                origin + (groups.upperBound - 1) * output.shape.groupBytes + task.rows.lowerBound
                * output.shape.rowBytes
            mk_clear_lanes_f32(
                pixel.assumingMemoryBound(to: UInt8.self), Int32(lanes), rows, output.shape.rowBytes,
                Int32(output.shape.width))
        }
        if task.rows.lowerBound == 0 { output.shape.fillHalo(of: value, image: image, groups: groups) }
    }

    private func byteAddress(_ address: UnsafeMutableRawPointer) -> UnsafePointer<UInt8> {
        UnsafePointer(address.assumingMemoryBound(to: UInt8.self))
    }
}
