import Lowering
import Runtime
import Tensors

/// Some channels of a blocked value copied into channels of another: what the kernel `copy_channels` does.
struct ChannelCopy {
    let from: StepOperands.Value
    /// The first channel there.
    let source: Int
    let to: StepOperands.Value
    /// The channels there; up to the target's last one, lanes past it are written too.
    let target: Range<Int>
    /// 256 bytes by stored byte, through which bytes change on the way.
    var table: [UInt8]?

    /// - Precondition: both values are blocked by 16, of equal images, rows and columns.
    /// - Throws: `.unsupported` for a value whose elements a kernel cannot count, `.outOfMemory`.
    func launch(_ maker: LaunchMaker) throws(HoneError) -> KernelLaunch {
        guard let read = from.blocked, let written = to.blocked else {
            preconditionFailure("values that are not blocked")
        }
        let width = BlockedLayout.groupChannels
        let lanes = written.elementBytes == 1 ? 16 : 4
        let firstGroup = target.lowerBound / width
        let groups = (target.upperBound + width - 1) / width - firstGroup
        let pixels = written.height * written.width
        let count = written.images * groups * pixels * (width / lanes)
        let isAligned = source % lanes == 0 && target.lowerBound % lanes == 0
        var arguments: [KernelArgument] = [.value(from.id), .value(to.id)]
        arguments += try ElementDistances(read).arguments()
        arguments += try ElementDistances(written).arguments()
        let numbers = [
            count, firstGroup, groups, pixels, written.width, source, target.lowerBound, target.upperBound,
            written.channels, Int(written.layout.haloByte),
        ]
        for number in numbers { arguments.append(try .integer(number)) }
        if let table { arguments.append(.buffer(try maker.buffer(table))) }
        return KernelLaunch(
            program: KernelProgram(
                file: "copy_channels",
                defines: [
                    "ELEMENT": ElementType.copyType(byteCount: written.elementBytes), "LANES": "\(lanes)",
                    "ALIGNED": isAligned ? "1" : "0", "TABLE": table == nil ? "0" : "1",
                ]), function: "copy_channels", arguments: arguments, globalSize: [count])
    }
}
