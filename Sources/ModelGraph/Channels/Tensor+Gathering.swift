import Tensors

extension Tensor {
    /// The tensor with other positions on some dimensions.
    ///
    /// - Parameter positions: by dimension, which positions of this tensor follow one another; nil for all as they are.
    func gathered(_ positions: [[Int]?]) -> Tensor {
        var result = self
        for (dimension, list) in positions.enumerated() {
            if let list { result = result.gathered(dimension, list) }
        }
        return result
    }

    private func gathered(_ dimension: Int, _ positions: [Int]) -> Tensor {
        var shape = self.shape
        let (size, outer) = (shape[dimension], shape[..<dimension].reduce(1, *))
        let run = shape[(dimension + 1)...].reduce(1, *) * elementType.byteCount
        shape[dimension] = positions.count
        var result = Tensor(zeros: TensorType(elementType, shape))
        withUnsafeBytes { source in
            result.withUnsafeMutableBytes { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                var written = 0
                for block in 0..<outer {
                    for position in positions {
                        (to + written).copyMemory(from: from + (block * size + position) * run, byteCount: run)
                        written += run
                    }
                }
            }
        }
        return result
    }

    /// Weights `[M, C / groups, ...]` of a grouped convolution with other rows and, in each group, other columns.
    ///
    /// - Parameters:
    ///   - rows: as for `gathered`; each stays in its group.
    ///   - columns: of all groups, `C` of them, each in its group.
    func gatheredInGroups(_ rows: [Int]?, _ columns: [Int], _ groups: Int) -> Tensor {
        let moved = gathered([rows])
        let (perGroup, width) = (shape[0] / groups, shape[1])
        let run = shape[2...].reduce(1, *) * elementType.byteCount
        var result = moved
        moved.withUnsafeBytes { source in
            result.withUnsafeMutableBytes { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                for row in 0..<shape[0] {
                    let first = row / perGroup * width
                    for column in 0..<width {
                        (to + (row * width + column) * run).copyMemory(
                            from: from + (row * width + columns[first + column] - first) * run, byteCount: run)
                    }
                }
            }
        }
        return result
    }
}
