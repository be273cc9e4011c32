import Foundation
import ModelGraph

extension QLinearSigmoid: QuantizedTableOperator {
    func apply(_ x: Float) -> Float { 1 / (1 + exp(-x)) }
}
