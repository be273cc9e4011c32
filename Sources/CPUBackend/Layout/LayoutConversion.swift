import Runtime
import Tensors

/// Copies a value from one layout to another.
struct LayoutConversion: CPUKernel {
    private let from: StepOperands.Value
    private let to: StepOperands.Value

    init(from: StepOperands.Value, to: StepOperands.Value) {
        self.from = from
        self.to = to
    }

    func run(_ memory: PlanMemory) throws(HoneError) {
        let (source, target) = (memory[from.id], memory[to.id])
        if let shape = to.blocked {
            target.initializeMemory(as: UInt8.self, repeating: shape.layout.haloByte, count: shape.byteCount)
        }
        let changesForm = (from.blocked == nil) != (to.blocked == nil)
        let flip: UInt8 = from.type.elementType == .int8 && changesForm ? 0x80 : 0
        let shape = from.type.shape
        let width = shape[shape.count - 1]
        HostThreads.forEach(count: shape[0] * shape[1]) { plane in
            let (image, channel) = plane.quotientAndRemainder(dividingBy: shape[1])
            for row in 0..<(shape.count == 4 ? shape[2] : 1) {
                for column in 0..<width {
                    let place = (image, channel, row, column)
                    let read = source + LayoutConversion.offset(of: place, in: from)
                    let written = target + LayoutConversion.offset(of: place, in: to)
                    if from.type.elementType.byteCount == 1 {
                        written.storeBytes(of: read.load(as: UInt8.self) ^ flip, as: UInt8.self)
                    } else {
                        written.copyMemory(from: read, byteCount: from.type.elementType.byteCount)
                    }
                }
            }
        }
    }

    private static func offset(
        of place: (image: Int, channel: Int, row: Int, column: Int), in value: StepOperands.Value
    ) -> Int {
        let shape = value.type.shape
        guard let blocked = value.blocked else {
            let (height, width) = (shape.count == 4 ? shape[2] : 1, shape[shape.count - 1])
            let plane = place.image * shape[1] + place.channel
            return ((plane * height + place.row) * width + place.column) * value.type.elementType.byteCount
        }
        let channels = blocked.layout.channelsPerPixel
        return blocked.originBytes + place.image * blocked.imageBytes + place.channel / channels * blocked.groupBytes
            + place.row * blocked.rowBytes + place.column * blocked.pixelBytes
            + place.channel % channels * blocked.elementBytes
    }
}
