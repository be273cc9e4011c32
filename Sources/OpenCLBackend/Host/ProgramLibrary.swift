import COpenCL
import Synchronization
import Tensors

/// The programs of one context: each is built once, or taken from the cache on disk.
package final class ProgramLibrary: @unchecked Sendable {
    /// How many programs this process needed, and where they came from.
    package struct Counts: Sendable, Hashable {
        /// Compiled from source.
        package var built = 0
        /// Taken from the cache on disk.
        package var loaded = 0
    }

    /// One program, built under its own lock: two threads that want it build it once, and others go on.
    private final class Slot: Sendable {
        let program = Mutex<DeviceProgram?>(nil)
    }

    private let context: cl_context
    private let device: OpenCLDevice
    package let cache: ProgramCache
    /// What was asked for before: texts need not be expanded again.
    private let known = Mutex<[KernelProgram: DeviceProgram]>([:])
    private let slots = Mutex<[String: Slot]>([:])
    private let own = Mutex(Counts())
    private static let total = Mutex(Counts())

    /// Of this context.
    package var counts: Counts { own.withLock { $0 } }
    /// Of all contexts of the process.
    package static var counts: Counts { total.withLock { $0 } }

    init(context: cl_context, device: OpenCLDevice, cache: ProgramCache) {
        self.context = context
        self.device = device
        self.cache = cache
    }

    /// Builds a program, or finds it built.
    ///
    /// - Parameter completed: the program with what the host adds to one that includes these headers.
    /// - Throws: `.device` with the compiler's messages if the driver does not accept it.
    func program(
        _ program: KernelProgram, completed: (Set<String>) -> KernelProgram
    ) throws(HoneError) -> DeviceProgram {
        ProgramTrace.note(program)
        if let known = known.withLock({ $0[program] }) { return known }
        ProgramTrace.note(program)
        let plain = KernelText(file: program.file, defines: program.defines)
        let complete = completed(plain.headers)
        let text = complete == program ? plain : KernelText(file: complete.file, defines: complete.defines)
        let built = try build(text.text, options: options(of: complete), name: complete.file + ".cl")
        known.withLock { $0[program] = built }
        return built
    }

    /// Builds a text, or finds it built.
    func build(_ text: String, options: String, name: String) throws(HoneError) -> DeviceProgram {
        let key = ProgramCache.key(["program", text, options, device.info.identity])
        let slot = slots.withLock { slots in
            let slot = slots[key] ?? Slot()
            slots[key] = slot
            return slot
        }
        return try slot.program.withLock { held throws(HoneError) in
            if let program = held { return program }
            let program = try make(text, options, name, key)
            held = program
            return program
        }
    }

    private func make(
        _ text: String, _ options: String, _ name: String, _ key: String
    ) throws(HoneError) -> DeviceProgram {
        if let binary = cache.read(key),
            let program = DeviceProgram.loaded(
                binary, options: options, name: name, context: context, device: device)
        {
            count { $0.loaded += 1 }
            return program
        }
        let program = try DeviceProgram.compiled(
            text, options: options, name: name, context: context, device: device)
        count { $0.built += 1 }
        if let binary = program.binary() { cache.write(binary, key) }
        return program
    }

    private func count(_ change: (inout Counts) -> Void) {
        own.withLock { change(&$0) }
        Self.total.withLock { change(&$0) }
    }

    /// Nothing that lets a compiler change results: no fast mathematics, and division rounded correctly where that is offered.
    private func options(of program: KernelProgram) -> String {
        var options = program.options
        if !options.contains(where: { $0.hasPrefix("-cl-std=") }) { options.append("-cl-std=CL1.2") }
        if device.info.hasCorrectlyRoundedDivide { options.append("-cl-fp32-correctly-rounded-divide-sqrt") }
        return options.joined(separator: " ")
    }
}
