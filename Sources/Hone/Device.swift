import CPUBackend
import OpenCLBackend
import ReferenceBackend
import Runtime
import Tensors

/// Where a model runs.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    private enum Kind: Hashable {
        case reference
        case cpu
        case openCL(index: Int)
        case automatic
    }

    private let kind: Kind

    /// The definition of correct: plain Swift, on any processor.
    public static let reference = Device(kind: .reference)
    /// The fast path for processors.
    public static let cpu = Device(kind: .cpu)
    /// The best device that is there.
    public static let automatic = Device(kind: .automatic)
    /// An OpenCL device, by the number that `hone devices` gives it.
    public static func openCL(_ index: Int) -> Device { Device(kind: .openCL(index: index)) }

    private init(kind: Kind) { self.kind = kind }

    /// Reads `reference`, `cpu`, `opencl`, `opencl:N` or `auto`.
    ///
    /// - Throws: `.invalidOption` for any other spelling.
    public init(_ spelling: String) throws(HoneError) {
        switch spelling {
        case "reference": kind = .reference
        case "cpu": kind = .cpu
        case "opencl": kind = .openCL(index: 0)
        case "auto": kind = .automatic
        default:
            guard spelling.hasPrefix("opencl:"), let index = Int(spelling.dropFirst("opencl:".count)), index >= 0 else {
                throw HoneError(
                    .invalidOption, "'\(spelling)' is no device", remedy: "use auto, reference, cpu or opencl[:N]")
            }
            kind = .openCL(index: index)
        }
    }

    /// The spelling that `--device` takes.
    public var description: String {
        switch kind {
        case .reference: "reference"
        case .cpu: "cpu"
        case .openCL(let index): "opencl:\(index)"
        case .automatic: "auto"
        }
    }

    /// The devices of this machine that Hone can use, best first: GPUs, then the processor as `cpu`, then what is there
    /// for comparison. The first one is what `auto` means.
    ///
    /// An OpenCL device counts if its driver says that it can be used; what its kernels really do, `OpenCLReport` says.
    public static var available: [Device] {
        let devices = ((try? OpenCLDevice.all()) ?? []).filter { $0.info.obstacle == nil }
        let automatic = OpenCLDevice.automatic
        let first = devices.filter { $0.index == automatic?.index }
        let others = devices.filter { $0.index != automatic?.index }
        return first.map { .openCL($0.index) } + [.cpu, .reference] + others.map { .openCL($0.index) }
    }

    /// What `auto` means here. GPUs that it passes over because they do not work are noted: see `onNote`.
    package static func chosenAutomatically() -> Device { notingAutomatic().map { .openCL($0.index) } ?? .cpu }

    private static func notingAutomatic() -> OpenCLDevice? {
        let choice = OpenCLDevice.automaticChoice
        for note in choice.skipped { DeviceNotes.say(note) }
        return choice.device
    }

    /// - Parameter listener: gets a line for each thing about devices that users should know though nothing failed.
    package static func onNote(_ listener: @escaping @Sendable (String) -> Void) { DeviceNotes.listen(listener) }

    /// The instruction sets that its kernels can use here, the fastest first; `HONE_ISA` forces one.
    public var instructionSets: [String] { kind == .cpu ? InstructionSet.available.map(\.rawValue) : [] }

    /// N of `opencl:N`; nil for other devices.
    package var openCLIndex: Int? { if case .openCL(let index) = kind { index } else { nil } }

    /// The backend behind the device.
    ///
    /// - Parameters:
    ///   - threads: how many threads it may use on the host; nil for one a core.
    ///   - isa: the instruction set of the cpu device; nil for what `HONE_ISA` says, or the fastest.
    ///   - precision: of float convolutions and matrix products.
    /// - Throws: `.device` if this build of Hone or this machine has none; `.invalidOption` for a precision that the device does
    ///   not compute in.
    package func backend(
        threads: Int? = nil, isa: String? = nil, precision: FloatPrecision = .float32
    ) throws(HoneError) -> any Backend {
        switch kind {
        case .reference:
            try requireFloat32(precision)
            return ReferenceBackend(threads: threads)
        case .openCL(let index):
            let device: OpenCLDevice
            do throws(HoneError) {
                device = try OpenCLDevice.numbered(index)
            } catch {
                throw error.during("looking for \(description)")
            }
            return OpenCLBackend(
                device: device, threads: threads, precision: precision, definitions: ReferenceBackend())
        case .automatic:
            guard isa == nil, let device = Device.notingAutomatic() else {
                return try Device.cpu.backend(threads: threads, isa: isa, precision: precision)
            }
            return OpenCLBackend(
                device: device, threads: threads, precision: precision, definitions: ReferenceBackend())
        case .cpu:
            try requireFloat32(precision)
            let set = if let isa { try InstructionSet.named(isa) } else { try InstructionSet.chosen() }
            return CPUBackend(threads: threads, isa: set, definitions: ReferenceBackend())
        }
    }

    private func requireFloat32(_ precision: FloatPrecision) throws(HoneError) {
        guard precision == .float32 else {
            throw HoneError(
                .invalidOption, "the \(self) device computes float32 only, not \(precision.rawValue)",
                remedy: "use '--device opencl', or leave '--precision' out")
        }
    }
}
