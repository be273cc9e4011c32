import ModelGraph

extension QLinearLeakyRelu: QuantizedTableOperator {
    func apply(_ x: Float) -> Float { x < 0 ? alpha * x : x }
}
