import Tensors

/// The reals that a Relu or a Clip with constant bounds lets pass.
enum ActivationBounds {
    static func of(_ node: Node, _ editor: GraphEditor) -> (low: Float, high: Float)? {
        if node.applies("Relu") { return (0, .infinity) }
        guard node.applies("Clip") else { return nil }
        var low = node.float("min") ?? -.infinity
        var high = node.float("max") ?? .infinity
        // Clip 11: the bounds are inputs.
        if let name = node.input(1) {
            guard let value = scalar(name, editor) else { return nil }
            low = value
        }
        if let name = node.input(2) {
            guard let value = scalar(name, editor) else { return nil }
            high = value
        }
        return low.isNaN || high.isNaN ? nil : (low, high)
    }

    private static func scalar(_ name: String, _ editor: GraphEditor) -> Float? {
        guard let tensor = editor.constant(name), tensor.elementCount == 1, tensor.elementType.isFloatingPoint else {
            return nil
        }
        return tensor.floats()[0]
    }
}
