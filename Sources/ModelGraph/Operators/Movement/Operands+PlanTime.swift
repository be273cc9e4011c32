import Tensors

extension Operands {
    /// The integers of a plan-time input that is a vector (or a scalar, which exporters write for one axis).
    func vector(_ index: Int) throws(HoneError) -> [Int]? {
        guard let type = optionalType(index) else { return nil }
        guard type.rank <= 1, type.elementType == .int64 || type.elementType == .int32 else {
            throw HoneError(.invalidModel, "input \(index) must be a vector of int64 or int32, but is \(type)")
        }
        return try integers(index)
    }

    /// The same of a required input, unless an attribute of an older opset gives the integers.
    func requiredVector(_ index: Int, unless attribute: [Int]? = nil) throws(HoneError) -> [Int] {
        if let attribute { return attribute }
        guard let vector = try vector(index) else {
            throw HoneError(.invalidModel, "required input \(index) is missing")
        }
        return vector
    }

    /// The same for a kernel: types from the views, values of the plan-time inputs copied out of them.
    package init(views: [TensorView?], valuesAt planTimeInputs: [Int], outputCount: Int) {
        self.init(
            types: views.map { $0?.type },
            values: views.enumerated().map { index, view in
                planTimeInputs.contains(index) ? view?.copied() : nil
            }, outputCount: outputCount)
    }
}

extension AttributeReader {
    /// Refuses a number of inputs that the operator does not have at this opset.
    func expectInputs(_ range: ClosedRange<Int>) throws(HoneError) {
        guard range.contains(inputCount) else {
            throw HoneError(
                .invalidModel,
                "\(inputCount) inputs; at opset \(opset) there are \(range.lowerBound) to \(range.upperBound)")
        }
    }
}
