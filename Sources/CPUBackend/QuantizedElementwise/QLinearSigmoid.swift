import Lowering
import ModelGraph

extension QLinearSigmoid: QuantizedTableOperator {}
