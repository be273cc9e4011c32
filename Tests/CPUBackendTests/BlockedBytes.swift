import Runtime
import Tensors

/// An 8-bit tensor in a blocked layout, byte for byte: pixels, halo and unused lanes, and `gap` between groups and behind.
func blockedBytes(_ tensor: Tensor, _ shape: BlockedShape, zero: UInt8, gap: UInt8) -> [UInt8] {
    var bytes = [UInt8](repeating: gap, count: shape.byteCount)
    let flip: UInt8 = tensor.elementType == .int8 ? 0x80 : 0
    let halo = shape.layout.halo
    let groupEnd = (halo.top + shape.height + halo.bottom) * shape.rowBytes
    tensor.withUnsafeBytes { elements in
        for image in 0..<shape.images {
            for group in 0..<shape.groups {
                let start = image * shape.imageBytes + group * shape.groupBytes
                for byte in start..<(start + groupEnd) { bytes[byte] = zero }
                for lane in 0..<shape.layout.channelsPerPixel {
                    let channel = group * shape.layout.channelsPerPixel + lane
                    guard channel < shape.channels else { continue }
                    for row in 0..<shape.height {
                        for column in 0..<shape.width {
                            let pixel = start + shape.originBytes + row * shape.rowBytes + column * shape.pixelBytes
                            let plane = image * shape.channels + channel
                            let element = (plane * shape.height + row) * shape.width + column
                            bytes[pixel + lane] = elements[element] ^ flip
                        }
                    }
                }
            }
        }
    }
    return bytes
}
