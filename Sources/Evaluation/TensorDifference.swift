import Tensors

/// Where two tensors that should be equal are not.
package struct TensorDifference: Sendable, Equatable {
    /// The value's name.
    package let value: String
    package let elementCount: Int
    /// Elements whose bytes differ. Two NaNs are equal whatever their payload, which IEEE 754 leaves open.
    package let differingCount: Int
    /// The largest difference of two finite elements; infinite if a NaN or an infinity stands against another value, or
    /// if the types differ.
    package let maximumDifference: Double
    /// The position of the first element that differs, in row-major order.
    package let firstIndex: Int?
    /// Elements that differ by more than NUMERICS.md allows their operator; without such an allowance all that differ.
    package let excessCount: Int

    package var isEqual: Bool { differingCount == 0 }
    /// Whether no element differs by more than is allowed.
    package var isWithinBound: Bool { excessCount == 0 }

    /// - Parameter bound: the difference allowed to an element of a magnitude; nil where bits must be equal.
    package init(
        _ value: String, _ tensor: Tensor, reference: Tensor, bound: ((_ magnitude: Double) -> Double)? = nil
    ) {
        self.value = value
        elementCount = reference.elementCount
        guard tensor.type == reference.type else {
            differingCount = max(reference.elementCount, 1)
            excessCount = differingCount
            maximumDifference = .infinity
            firstIndex = nil
            return
        }
        let size = reference.elementType.byteCount
        var differing: [Int] = []
        tensor.withUnsafeBytes { mine in
            reference.withUnsafeBytes { theirs in
                for index in 0..<reference.elementCount {
                    let bytes = (index * size)..<((index + 1) * size)
                    if !mine[bytes].elementsEqual(theirs[bytes]) { differing.append(index) }
                }
            }
        }
        guard !differing.isEmpty else {
            (differingCount, maximumDifference, firstIndex, excessCount) = (0, 0, nil, 0)
            return
        }
        let (values, expected) = (tensor.floats(), reference.floats())
        differing.removeAll { values[$0].isNaN && expected[$0].isNaN }
        differingCount = differing.count
        firstIndex = differing.first
        var (largest, excess) = (0.0, 0)
        for index in differing {
            let isFinite = values[index].isFinite && expected[index].isFinite
            let difference = isFinite ? (Double(values[index]) - Double(expected[index])).magnitude : .infinity
            largest = max(largest, difference)
            if difference > bound?(Double(expected[index]).magnitude) ?? -1 { excess += 1 }
        }
        (maximumDifference, excessCount) = (largest, excess)
    }
}
