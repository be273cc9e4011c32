import Lowering
import ModelGraph

extension QLinearLeakyRelu: QuantizedTableOperator {}
