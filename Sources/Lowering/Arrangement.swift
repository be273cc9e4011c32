import Runtime

/// How a kernel wants the operands of a step to lie in memory.
package struct Arrangement: Sendable {
    /// By input position. Positions that are not named here are constants that `prepare` reads.
    package var inputs: [Int: OperandLayout]
    /// By output position.
    package var outputs: [Int: OperandLayout]
    /// What the halos of the inputs must hold, byte by byte.
    package var haloByte: UInt8

    package init(inputs: [Int: OperandLayout], outputs: [Int: OperandLayout], haloByte: UInt8 = 0) {
        self.inputs = inputs
        self.outputs = outputs
        self.haloByte = haloByte
    }
}

/// What a kernel demands of one operand's layout.
package enum OperandLayout: Sendable, Hashable {
    /// Packed, as in ONNX.
    case rowMajor
    /// Groups of 16 channels, with at least this halo. As an output: any halo, which the kernel fills.
    case blocked(Halo = .none)
    /// One group of pixels with all channels, with at least this halo: for inputs of few channels.
    case packedPixels(Halo = .none)
}
