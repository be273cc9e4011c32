import Tensors

/// `Kernels/probe_copy.cl`: bytes on their way through local memory, in several forms.
struct CopyProbe {
    private let context: DeviceContext
    private static let standard = "-cl-std=CL1.2"

    init(_ context: DeviceContext) { self.context = context }

    /// The plain form, compiled anew: what is cached has no log.
    func compiled(options: String = standard) throws(HoneError) -> DeviceProgram {
        try DeviceProgram.compiled(
            KernelText(file: "probe_copy", defines: ["FORM": "0"]).text, options: options, name: "probe_copy.cl",
            context: context.handle, device: context.device)
    }

    /// nil if the driver refuses it.
    func loaded(_ binary: [UInt8]) -> DeviceProgram? {
        DeviceProgram.loaded(
            binary, options: CopyProbe.standard, name: "probe_copy", context: context.handle, device: context.device)
    }

    /// Runs a form, or a program of the plain form, and compares.
    func isRight(form: Int = 0, with program: DeviceProgram? = nil) throws(HoneError) -> Bool {
        let words = (0..<128).map { Int32($0 * 0x0101_0101 + 7) }
        let queue = try context.makeQueue()
        let maker = LaunchMaker(queue: queue)
        let from = try maker.buffer(words)
        let to = try maker.buffer([Int32](repeating: -1, count: words.count))
        let launch = KernelLaunch(
            program: KernelProgram(file: "probe_copy", defines: ["FORM": "\(form)"]), function: "probe_copy",
            arguments: [.buffer(from), .buffer(to)], globalSize: [32], localSize: [32])
        try queue.enqueue(try BoundLaunch(launch, memory: [from, to], in: context, program: program))
        let found = try queue.read(to, count: words.count, as: Int32.self)
        return found == CopyProbe.expected(words, form: form)
    }

    private static func expected(_ words: [Int32], form: Int) -> [Int32] {
        words.indices.map { index in
            let (item, word) = (index / 4, index % 4)
            return switch form {
            case 2: item % 2 == 1 ? 0 : words[index]
            case 3: words[word * 32 + item]
            default: words[index]
            }
        }
    }
}

/// `Kernels/probe_local.cl`: how much local memory there really is.
enum LocalMemoryProbe {
    static func isRight(staticWords: Int, dynamicWords: Int, in context: DeviceContext) throws(HoneError) -> Bool {
        let queue = try context.makeQueue()
        let maker = LaunchMaker(queue: queue)
        let result = try maker.buffer([Int32](repeating: -1, count: 64))
        let launch = KernelLaunch(
            program: KernelProgram(file: "probe_local", defines: ["STATIC_WORDS": "\(staticWords)"]),
            function: "probe_local",
            arguments: [.buffer(result), .local(dynamicWords * 4), .int32(Int32(dynamicWords))], globalSize: [64],
            localSize: [64])
        try queue.enqueue(try maker.bind(launch))
        let found = try queue.read(result, count: 64, as: Int32.self)
        return found.enumerated().allSatisfy { lane, sum in
            sum == sumOfEvery64th(from: 63 - lane, below: staticWords)
                &+ sumOfEvery64th(from: 63 - lane, below: dynamicWords)
        }
    }

    private static func sumOfEvery64th(from first: Int, below end: Int) -> Int32 {
        stride(from: first, to: end, by: 64).reduce(0) { $0 &+ Int32($1) }
    }
}
