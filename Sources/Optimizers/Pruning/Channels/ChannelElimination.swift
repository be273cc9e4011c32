import Runtime

/// Optimal Brain Surgeon with the channels of a group: the channel that costs its readers least is taken out, all other
/// weights of each reader make up for it, and so on (Hassibi and Stork 1993; Frantar and Alistarh 2022, arXiv:2208.11580,
/// algorithm 1, here with all readers of a group losing the same channel at once).
struct ChannelElimination {
    /// A layer that reads the channels.
    struct Reader {
        /// By channel.
        let columns: [[Int]]
        /// The least-squares weights of each output, with the bias.
        var weights: [[Double]]
        /// The inverse of the sums of products of its inputs, row-major.
        var inverse: [Double]
        let size: Int
        /// The sum of squares of its outputs.
        let total: Double
    }

    /// More columns take too long: a layer costs their square for each of them.
    static let columnLimit = 1200

    /// Channels in the order in which they go.
    private(set) var order: [Int] = []
    /// By reader, for each channel that went: the share of the outputs' squares that was lost with it.
    private(set) var losses: [[Double]]

    /// Takes channels out until `rest` are left.
    init(_ readers: [Reader], count: Int, leaving rest: Int) {
        losses = [[Double]](repeating: [], count: readers.count)
        var readers = readers
        var remaining = Array(0..<count)
        while remaining.count > rest {
            var sums = [Double](repeating: 0, count: remaining.count)
            var parts = [[Double]](repeating: sums, count: readers.count)
            for (number, reader) in readers.enumerated() {
                parts[number].withUnsafeMutableBufferPointer { part in
                    nonisolated(unsafe) let part = part
                    let remaining = remaining
                    HostThreads.forEach(count: remaining.count) {
                        part[$0] = reader.loss(remaining[$0]) / reader.total
                    }
                }
                for place in sums.indices { sums[place] += parts[number][place] }
            }
            guard let place = sums.indices.min(by: { (sums[$0], $0) < (sums[$1], $1) }), sums[place].isFinite
            else { break }
            for number in readers.indices {
                losses[number].append(max(parts[number][place], 0))
                readers[number].remove(remaining[place])
            }
            order.append(remaining.remove(at: place))
        }
        order += remaining
    }
}

extension ChannelElimination.Reader {
    /// What the squared error grows by if a channel goes and all others make up for it.
    func loss(_ channel: Int) -> Double {
        let own = columns[channel]
        let solution = ChannelElimination.inverse(own, inverse, size)
        var loss = 0.0
        for line in weights {
            for (i, first) in own.enumerated() where line[first] != 0 {
                var sum = 0.0
                for (j, second) in own.enumerated() { sum += solution[i * own.count + j] * line[second] }
                loss += line[first] * sum
            }
        }
        return loss
    }

    /// Takes a channel's columns out of the weights and of the inverse.
    mutating func remove(_ channel: Int) {
        let own = columns[channel]
        let (count, size) = (own.count, size)
        let solution = ChannelElimination.inverse(own, inverse, size)
        // ([H^-1]_CC)^-1 [H^-1]_C,:
        var lines = [Double](repeating: 0, count: count * size)
        for i in 0..<count {
            for j in 0..<count {
                let (factor, start) = (solution[i * count + j], own[j] * size)
                for k in 0..<size { lines[i * size + k] += factor * inverse[start + k] }
            }
        }
        let old = own.flatMap { inverse[($0 * size)..<(($0 + 1) * size)] }
        inverse.withUnsafeMutableBufferPointer { inverse in
            nonisolated(unsafe) let inverse = inverse
            let lines = lines
            HostThreads.forEach(count: size) { row in
                for i in 0..<count {
                    let factor = old[i * size + row]
                    guard factor != 0 else { continue }
                    for column in 0..<size { inverse[row * size + column] -= factor * lines[i * size + column] }
                }
            }
        }
        for output in weights.indices {
            let factors = own.map { weights[output][$0] }
            for i in 0..<count where factors[i] != 0 {
                for k in 0..<size { weights[output][k] -= factors[i] * lines[i * size + k] }
            }
            for column in own { weights[output][column] = 0 }
        }
        for column in own {
            for k in 0..<size {
                inverse[column * size + k] = 0
                inverse[k * size + column] = 0
            }
        }
    }
}

extension ChannelElimination {
    /// The inverse of the part of a positive definite matrix under some columns, by Gauss and Jordan.
    fileprivate static func inverse(_ columns: [Int], _ matrix: [Double], _ size: Int) -> [Double] {
        let count = columns.count
        var part = columns.flatMap { row in columns.map { matrix[row * size + $0] } }
        for pivot in 0..<count {
            let scale = 1 / part[pivot * count + pivot]
            for row in 0..<count where row != pivot {
                let factor = part[row * count + pivot] * scale
                for column in 0..<count where column != pivot {
                    part[row * count + column] -= factor * part[pivot * count + column]
                }
                part[row * count + pivot] = -factor
            }
            for column in 0..<count where column != pivot { part[pivot * count + column] *= scale }
            part[pivot * count + pivot] = scale
        }
        return part
    }
}
