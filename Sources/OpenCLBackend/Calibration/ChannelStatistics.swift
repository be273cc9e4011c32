import Runtime
import Tensors

/// A float tensor seen from one of its axes: `[outer][channels][inner]`.
package struct ChannelShape: Sendable, Hashable {
    let outer: Int32
    let channels: Int32
    let inner: Int32

    /// nil where there are more channels than a launch takes, or more elements than an int holds in one of the three.
    package init?(outer: Int, channels: Int, inner: Int) {
        guard (0...ElementLines.maximumSamples).contains(channels), let outer = Int32(exactly: outer),
            let inner = Int32(exactly: inner)
        else { return nil }
        (self.outer, self.channels, self.inner) = (outer, Int32(channels), inner)
    }

    /// The channels along `axis` of a shape.
    package init?(_ shape: [Int], axis: Int) {
        precondition(shape.indices.contains(axis))
        self.init(outer: shape[..<axis].reduce(1, *), channels: shape[axis], inner: shape[(axis + 1)...].reduce(1, *))
    }

    fileprivate var arguments: [KernelArgument] { [.int32(outer), .int32(channels), .int32(inner)] }

    fileprivate static let items = 128

    /// The largest magnitude of each channel, whose elements are finite: `Kernels/channel_absmax.cl`.
    ///
    /// - Parameters:
    ///   - value: the tensor.
    ///   - magnitudes: takes a float for each channel.
    package func largestMagnitudes(of value: KernelArgument, into magnitudes: KernelArgument) -> KernelLaunch {
        let items = ChannelShape.items
        return KernelLaunch(
            program: KernelProgram(file: "channel_absmax", defines: ["GROUP": "\(items)"]), function: "channel_absmax",
            arguments: [value, magnitudes] + arguments, globalSize: [items, Int(channels)], localSize: [items, 1])
    }
}

/// Finds the extremes of each channel of a float tensor: `min_max_channel` of `Kernels/min_max.cl`.
package struct ChannelObserver {
    private let results: DeviceBuffer
    private let channels: Int

    /// To be enqueued in this order once the tensor is there.
    package let launches: [KernelLaunch]

    /// - Throws: `.outOfMemory`.
    package init(of value: KernelArgument, _ shape: ChannelShape, _ maker: LaunchMaker) throws(HoneError) {
        channels = Int(shape.channels)
        results = try maker.context.makeBuffer(byteCount: max(1, channels) * 20)
        let items = ChannelShape.items
        let program = KernelProgram(file: "min_max", defines: ["GROUP": "\(items)"])
        let share = max(1, maker.device.computeUnits * 16 / max(1, channels))
        let along = min(max(1, (Int(shape.inner) + items - 1) / items), share)
        launches = [
            KernelLaunch(
                program: program, function: "min_max_clear", arguments: [.buffer(results), .int32(shape.channels)],
                globalSize: [channels]),
            KernelLaunch(
                program: program, function: "min_max_channel", arguments: [value, .buffer(results)] + shape.arguments,
                globalSize: [along * items, channels], localSize: [items, 1]),
        ]
    }

    /// What the last run of the launches found, a channel each; waits for it.
    package func extremes(_ queue: CommandQueue) throws(HoneError) -> [ValueSummary.Sample] {
        let found = try queue.read(results, count: 5 * channels, as: Int32.self)
        return (0..<channels).map { ValueSummary.Sample(keys: found[(5 * $0)..<(5 * $0 + 5)]) }
    }
}
