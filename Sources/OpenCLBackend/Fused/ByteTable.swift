import Lowering
import Runtime
import Tensors

/// Looks every byte of a value up in a table: row-major to row-major, or blocked to blocked with any halos and as many channels
/// a pixel.
struct ByteTable {
    private let x: StepOperands.Value
    private let y: StepOperands.Value
    private let table: [UInt8]

    /// - Parameter table: for each byte of `x` in the file that of `y`: 256 bytes.
    init(x: StepOperands.Value, y: StepOperands.Value, table: [UInt8]) {
        precondition(table.count == 256 && x.blocked?.pixelBytes == y.blocked?.pixelBytes)
        (self.x, self.y) = (x, y)
        let (read, written) = (ByteTable.flip(of: x), ByteTable.flip(of: y))
        self.table = (0..<256).map { table[$0 ^ Int(read)] ^ written }
    }

    private static func flip(of value: StepOperands.Value) -> UInt8 {
        value.blocked != nil && value.type.elementType == .int8 ? 0x80 : 0
    }

    /// - Throws: `.unsupported` for a value whose bytes a kernel cannot count, `.outOfMemory`.
    func launches(_ maker: LaunchMaker) throws(HoneError) -> [KernelLaunch] {
        let width = BlockedLayout.groupChannels
        guard let read = x.blocked, let written = y.blocked else {
            let count = y.type.elementCount
            let chunks = (count + width - 1) / width
            return [
                try launch(
                    maker, from: ElementDistances(), to: ElementDistances(), perItem: width, count: chunks, groups: 1,
                    height: 1, chunks: chunks, rowBytes: count, lanes: width)
            ]
        }
        let isPacked = read.layout.channelsPerPixel < width
        let rowBytes = read.width * read.pixelBytes
        let chunks = isPacked ? rowBytes : read.width
        return [
            try launch(
                maker, from: ElementDistances(read), to: ElementDistances(written), perItem: isPacked ? 1 : width,
                count: read.images * read.groups * read.height * chunks, groups: read.groups, height: read.height,
                chunks: chunks, rowBytes: rowBytes, lanes: isPacked ? width : read.lanes(of: read.groups - 1))
        ]
    }

    private func launch(
        _ maker: LaunchMaker, from: ElementDistances, to: ElementDistances, perItem: Int, count: Int, groups: Int,
        height: Int, chunks: Int, rowBytes: Int, lanes: Int
    ) throws(HoneError) -> KernelLaunch {
        var arguments: [KernelArgument] = [.value(x.id), .value(y.id), .buffer(try maker.buffer(table))]
        arguments += try from.arguments()
        arguments += try to.arguments()
        for value in [count, groups, height, chunks, rowBytes, lanes] { arguments.append(try .integer(value)) }
        arguments.append(.int32(Int32(y.blocked?.layout.haloByte ?? 0)))
        return KernelLaunch(
            program: KernelProgram(file: "byte_table", defines: ["BYTES": "\(perItem)"]), function: "byte_table",
            arguments: arguments, globalSize: [count])
    }
}
