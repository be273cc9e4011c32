import Runtime
import Tensors

/// Constants for each channel in groups of 16.
package enum ChannelLanes {
    /// The bytes of one element for each channel, or of one for all, lanes past the last channel being zeros.
    package static func pack(_ tensor: Tensor, channels: Int, flip: UInt8 = 0) -> [UInt8] {
        let size = tensor.elementType.byteCount
        let groups = (channels + BlockedLayout.groupChannels - 1) / BlockedLayout.groupChannels
        var bytes = [UInt8](repeating: 0, count: groups * BlockedLayout.groupChannels * size)
        tensor.withUnsafeBytes { source in
            for index in 0..<channels * size {
                bytes[index] = source[tensor.elementCount == 1 ? index % size : index] ^ flip
            }
        }
        return bytes
    }
}
