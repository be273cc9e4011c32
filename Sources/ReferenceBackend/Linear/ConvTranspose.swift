import ModelGraph
import Runtime
import Tensors

extension ConvTranspose: ReferenceKernel {
    package func run(inputs: [TensorView?], outputs: [MutableTensorView?]) throws(HoneError) {
        let (x, w) = (inputs.required(0), inputs.required(1))
        let y = outputs.required(0)
        guard let input = x.elements(as: Float.self).baseAddress,
            let output = y.elements(as: Float.self).baseAddress, y.elementCount > 0
        else { return }
        let phases = try TransposedPhases(
            try resolvedWindow(input: x.shape, weight: w.shape), channels: x.shape[1])
        let perGroup = x.shape[1] / group
        let weights = w.elements(as: Float.self)
        let bias = inputs.optional(2)?.elements(as: Float.self)
        let (channels, outputs) = (x.shape[1], y.shape[1])
        let taps = phases.taps(inputs: perGroup)
        let pixels = phases.window.input.reduce(1, *)
        let buffer = UnsafeMutablePointer<Float>.allocate(capacity: channels * phases.channelSize + 1)
        defer { buffer.deallocate() }
        for image in 0..<x.shape[0] {
            HostThreads.forEach(count: channels) { channel in
                phases.fill(
                    buffer + channel * phases.channelSize, from: input + (image * channels + channel) * pixels)
            }
            HostThreads.forEach(count: outputs) { channel in
                let (block, member) = channel.quotientAndRemainder(dividingBy: outputs / group)
                let firstInput = block * perGroup
                for phase in taps {
                    let list = phase.sources.map { source in
                        let place = (firstInput + source.channel) * (outputs / group) + member
                        return weights[place * phases.kernelSize + source.kernel]
                    }
                    phases.run(
                        phase, weights: list, start: bias?[channel] ?? 0,
                        x: buffer + firstInput * phases.channelSize,
                        into: output + (image * outputs + channel) * phases.outputCount)
                }
            }
        }
    }
}
