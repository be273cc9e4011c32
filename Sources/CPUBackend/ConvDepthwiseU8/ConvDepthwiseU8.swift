import CMicrokernels
import Lowering
import Runtime
import Tensors

/// The prepared kernel `conv_depthwise_u8`: a quantized convolution in which every channel has a kernel of its own.
package final class ConvDepthwiseU8: CPUKernel {
    /// A depthwise convolution of 8-bit activations, all constants known.
    package struct Problem {
        /// Keys in `PlanMemory`.
        package var input: Plan.ValueID
        package var output: Plan.ValueID
        package var inputShape: BlockedShape
        package var outputShape: BlockedShape
        package var window: ConvolutionWindow
        /// `[C, kernel rows, kernel columns]`, each less its zero point.
        package var weights: [Int16]
        /// For each channel: the bias (0 without one), and `(sx * sw[c]) / sy`.
        package var bias: [Int32]
        package var multipliers: [Float]
        /// Of the input's u8 form.
        package var inputZeroPoint: Int32
        /// Of the output's u8 form.
        package var zeroPoint: Int32
        /// Bounds of the output's integers less their zero point.
        package var low: Float
        package var high: Float

        package init(
            input: Plan.ValueID, inputShape: BlockedShape, output: Plan.ValueID, outputShape: BlockedShape,
            window: ConvolutionWindow, weights: [Int16], bias: [Int32], multipliers: [Float], inputZeroPoint: Int32,
            zeroPoint: Int32, low: Float, high: Float
        ) {
            (self.input, self.inputShape, self.output, self.outputShape) = (input, inputShape, output, outputShape)
            (self.window, self.weights, self.bias, self.multipliers) = (window, weights, bias, multipliers)
            (self.inputZeroPoint, self.zeroPoint, self.low, self.high) = (inputZeroPoint, zeroPoint, low, high)
        }
    }

    /// Pixels of 16 channels that are worth a task of their own, some three microseconds.
    private static let taskPixels = 4096

    private let problem: Problem
    private let packed: DepthwiseWeights
    private let function: mk_conv_depthwise_u8_function
    /// All but the addresses of activations.
    private let call: mk_conv_depthwise_u8

    /// Packs the weights and folds `bias - zx * sum(w)`.
    ///
    /// - Parameter function: one of `functions(isa)`; nil takes the first.
    /// - Returns: nil where block lists must run: packed pixels, other than 8-bit elements, channel counts that differ, or a
    ///   kernel beyond the halo or beyond 32-bit distances.
    /// - Throws: `.outOfMemory`.
    package init?(
        _ problem: Problem, isa: InstructionSet, function: mk_conv_depthwise_u8_function? = nil
    ) throws(HoneError) {
        guard ConvDepthwiseU8.handles(problem) else { return nil }
        self.problem = problem
        self.function = function ?? ConvDepthwiseU8.functions(isa)[0]
        var call = mk_conv_depthwise_u8()
        call.input_row = problem.inputShape.rowBytes
        call.input_group = problem.inputShape.groupBytes
        call.output_row = problem.outputShape.rowBytes
        call.output_group = problem.outputShape.groupBytes
        call.width = Int32(problem.outputShape.width)
        (call.kernel_height, call.kernel_width) = (
            Int32(problem.window.kernel.row), Int32(problem.window.kernel.column)
        )
        (call.stride_height, call.stride_width) = (
            Int32(problem.window.strides.row), Int32(problem.window.strides.column)
        )
        (call.dilation_height, call.dilation_width) = (
            Int32(problem.window.dilations.row), Int32(problem.window.dilations.column)
        )
        call.zero_point = problem.zeroPoint
        packed = try DepthwiseWeights(problem, call: &call)
        self.call = call
    }

    /// The microkernels of an instruction set that this processor runs, the fastest first.
    package static func functions(_ isa: InstructionSet) -> [mk_conv_depthwise_u8_function] {
        #if arch(x86_64)
            switch isa {
            case .avx512vnni:
                let plain: mk_conv_depthwise_u8_function = mk_conv_depthwise_u8_avx512vnni
                return mk_conv_depthwise_u8_has_vbmi() != 0 ? [mk_conv_depthwise_u8_avx512vbmi, plain] : [plain]
            case .avxvnni: return [mk_conv_depthwise_u8_avxvnni]
            case .avx2: return [mk_conv_depthwise_u8_avx2]
            case .neon, .scalar: return [mk_conv_depthwise_u8_scalar]
            }
        #elseif arch(arm64)
            return isa == .neon ? [mk_conv_depthwise_u8_neon] : [mk_conv_depthwise_u8_scalar]
        #else
            return [mk_conv_depthwise_u8_scalar]
        #endif
    }

    package func run(_ memory: PlanMemory) {
        let output = problem.outputShape
        let (groups, rows) = (output.groups, output.height)
        guard output.images > 0, groups > 0, rows > 0, output.width > 0 else { return }
        // One task an image on one thread; else four a thread, as `HostThreads` hands out, of whole groups where they suffice.
        let threads = HostThreads.limit
        let worthwhile = output.images * groups * rows * output.width / ConvDepthwiseU8.taskPixels
        let wanted = (HostThreads.taskCount(worthwhile, threads: threads) + output.images - 1) / output.images
        let chunks = min(groups, wanted)
        let parts = min(rows, (wanted + chunks - 1) / chunks)
        HostThreads.forEach(count: output.images * chunks * parts) { index in
            let (image, rest) = index.quotientAndRemainder(dividingBy: chunks * parts)
            let (chunk, part) = rest.quotientAndRemainder(dividingBy: parts)
            self.run(
                image: image, groups: (chunk * groups / chunks)..<((chunk + 1) * groups / chunks),
                rows: (part * rows / parts)..<((part + 1) * rows / parts), memory)
        }
    }

    private func run(image: Int, groups: Range<Int>, rows: Range<Int>, _ memory: PlanMemory) {
        let (input, output) = (problem.inputShape, problem.outputShape)
        let origin =
            input.originBytes - problem.window.pads.row * input.rowBytes - problem.window.pads.column * input.pixelBytes
        let value = memory[problem.output]
        var call = self.call
        call.input = UnsafePointer(
            (memory[problem.input] + image * input.imageBytes + origin).assumingMemoryBound(to: UInt8.self))
        call.output = (value + image * output.imageBytes + output.originBytes).assumingMemoryBound(to: UInt8.self)
        function(&call, Int32(groups.lowerBound), Int32(groups.count), Int32(rows.lowerBound), Int32(rows.count))
        // One task stores the last row of a group.
        if rows.upperBound == output.height {
            output.fillHalo(of: value, image: image, groups: groups)
        }
    }

    /// Whether the operands lie as the kernel needs, and the halo holds all padding.
    private static func handles(_ problem: Problem) -> Bool {
        let (input, output) = (problem.inputShape, problem.outputShape)
        guard [input, output].allSatisfy({ $0.elementBytes == 1 && $0.layout.channelsPerPixel == 16 }),
            input.channels == output.channels, input.images == output.images,
            problem.weights.count == input.channels * problem.window.kernel.row * problem.window.kernel.column,
            problem.bias.count == input.channels, problem.multipliers.count == input.channels,
            (0...255).contains(problem.zeroPoint), (0...255).contains(problem.inputZeroPoint)
        else { return false }
        let halo = input.layout.halo
        return reaches(
            output.height, input.height, problem.window.kernel.row, problem.window.strides.row,
            problem.window.dilations.row,
            pad: problem.window.pads.row, before: halo.top, behind: halo.bottom)
            && reaches(
                output.width, input.width, problem.window.kernel.column, problem.window.strides.column,
                problem.window.dilations.column,
                pad: problem.window.pads.column, before: halo.left, behind: halo.right)
    }

    /// Whether every tap of every output along one axis lies in image and halo.
    private static func reaches(
        _ outputs: Int, _ inputs: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, pad: Int, before: Int, behind: Int
    ) -> Bool {
        let values = [outputs, inputs, kernel, stride, dilation, pad]
        // Below 2^31 no product or sum of these overflows.
        guard values.allSatisfy({ (0...Int(Int32.max)).contains($0) }), kernel > 0, stride > 0, dilation > 0 else {
            return false
        }
        guard outputs > 0 else { return true }
        return pad <= before && (outputs - 1) * stride + (kernel - 1) * dilation - pad < inputs + behind
    }
}
