import Lowering
import Runtime
import Tensors

extension LaunchMaker {
    /// The launch that computes each element of `y` from those of one to three operands that broadcast to it.
    ///
    /// - Parameters:
    ///   - operands: with `y` blocked, as `BlockedOperand.layout` wants them; else packed, of any shape that broadcasts.
    ///   - flip: for constants beside blocked operands, what turns their bytes into those that lie there.
    /// - Throws: `.unsupported` for a value whose elements a kernel cannot count, `.outOfMemory`.
    func elementwise(
        _ operation: ElementwiseOperation, _ operands: [ElementwiseOperand], y: StepOperands.Value, flip: UInt8 = 0
    ) throws(HoneError) -> KernelLaunch {
        precondition((1...3).contains(operands.count))
        var defines = operation.defines
        defines["OPERATION"] = operation.name
        defines["OPERANDS"] = "\(operands.count)"
        if defines["Y_TYPE"] == nil { defines["Y_TYPE"] = y.type.elementType.kernelType }
        for (operand, name) in zip(operands, ["A", "B", "C"]) {
            let key = name + "_TYPE"
            if defines[key] == nil { defines[key] = operand.type.elementType.kernelType }
        }
        if y.type.elementType.byteCount == 8 { defines["WRAPPING"] = "ulong" }
        if operation.divides, device.hasCorrectlyRoundedDivide { defines["CORRECTLY_ROUNDED"] = "1" }
        let parameters = KernelArgument.buffer(
            try buffer(operation.parameters.isEmpty ? [0] : operation.parameters))
        if let shape = y.blocked {
            return try blocked(defines, parameters, operands, y: y, shape, flip: flip)
        }
        if operands.allSatisfy({ $0.type.shape == y.type.shape || $0.type.elementCount == 1 }) {
            return try flat(defines, parameters, operands, y: y)
        }
        return try broadcast(defines, parameters, operands, y: y)
    }

    private func flat(
        _ defines: [String: String], _ parameters: KernelArgument, _ operands: [ElementwiseOperand],
        y: StepOperands.Value
    ) throws(HoneError) -> KernelLaunch {
        var defines = defines
        let count = y.type.elementCount
        let isBytes = (operands.map(\.type) + [y.type]).allSatisfy { $0.elementType.computeType.byteCount == 1 }
        let perItem = isBytes ? 16 : 4
        defines["COUNT"] = "\(perItem)"
        var arguments: [KernelArgument] = [.value(y.id), parameters, .int64(Int64(count))]
        for (operand, name) in zip(operands, ["A", "B", "C"]) {
            var isFull = false
            if case .value = operand { isFull = operand.type.elementCount == count }
            defines[name + "_FULL"] = isFull ? "1" : "0"
            arguments.append(try packed(operand))
        }
        return KernelLaunch(
            program: KernelProgram(file: "elementwise", defines: defines), function: "elementwise",
            arguments: arguments, globalSize: [(count + perItem - 1) / perItem])
    }

    private func broadcast(
        _ defines: [String: String], _ parameters: KernelArgument, _ operands: [ElementwiseOperand],
        y: StepOperands.Value
    ) throws(HoneError) -> KernelLaunch {
        var defines = defines
        let dimensions = BroadcastDimensions(shape: y.type.shape, operands: operands.map(\.type.shape))
        precondition(dimensions.isWalkable)
        defines["RANK"] = "\(dimensions.sizes.count)"
        let count = y.type.elementCount
        var arguments: [KernelArgument] = [
            .value(y.id), parameters, try .integer(count), .buffer(try buffer(dimensions.walk)),
        ]
        for operand in operands { arguments.append(try packed(operand)) }
        return KernelLaunch(
            program: KernelProgram(file: "broadcast", defines: defines), function: "broadcast", arguments: arguments,
            globalSize: [count])
    }

    private func packed(_ operand: ElementwiseOperand) throws(HoneError) -> KernelArgument {
        switch operand {
        case .value(let value): return .value(value.id)
        case .scalar(let tensor): return .buffer(try buffer(tensor.inComputeType().withUnsafeBytes { Array($0) }))
        }
    }

    private func blocked(
        _ defines: [String: String], _ parameters: KernelArgument, _ operands: [ElementwiseOperand],
        y: StepOperands.Value, _ shape: BlockedShape, flip: UInt8
    ) throws(HoneError) -> KernelLaunch {
        var defines = defines
        let isBytes = shape.elementBytes == 1
        let lanes = isBytes ? 16 : 4
        defines["LANES"] = "\(lanes)"
        // A blocked byte is unsigned.
        if isBytes { for name in ["A_TYPE", "B_TYPE", "C_TYPE", "Y_TYPE"] { defines[name] = "uchar" } }
        let pixels = shape.height * shape.width
        let count = shape.images * shape.groups * pixels * (BlockedLayout.groupChannels / lanes)
        var arguments: [KernelArgument] = [.value(y.id)]
        arguments += try ElementDistances(shape).arguments()
        arguments += [
            parameters, try .integer(count), try .integer(shape.channels), try .integer(shape.groups),
            try .integer(pixels), try .integer(shape.width), .int32(Int32(shape.layout.haloByte)),
        ]
        for operand in operands {
            let own = try BlockedOperand(operand, y: shape, self, flip: flip)
            arguments.append(own.argument)
            arguments += try own.distances.arguments()
            arguments.append(try .integer(own.pixel))
        }
        return KernelLaunch(
            program: KernelProgram(file: "elementwise_blocked", defines: defines), function: "elementwise_blocked",
            arguments: arguments, globalSize: [count])
    }
}
