import Tensors

/// What several ranks add up: goes over as bytes, and is added in any order.
package protocol Reducible {
    /// The value as another rank reads it.
    var message: [UInt8] { get }

    /// Reads what `message` gives.
    init(message: [UInt8]) throws(HoneError)

    /// Takes in another rank's value.
    mutating func reduce(_ other: Self) throws(HoneError)
}

extension Ranks {
    /// Adds up every rank's value along a binomial tree: in round `k` each rank that is an odd multiple of `2^k` hands what
    /// it has to the one `2^k` below, and is done. No rank holds more than two values.
    ///
    /// - Returns: the sum on rank 0, nil on all others.
    /// - Throws: `.communication`; what reading and adding throw.
    package func reduce<Value: Reducible>(_ value: Value) throws(HoneError) -> Value? {
        var sum = value
        var distance = 1
        while distance < count {
            if rank % (2 * distance) != 0 {
                try send(sum.message, to: rank - distance)
                return nil
            }
            if rank + distance < count { try sum.reduce(Value(message: try receive(from: rank + distance))) }
            distance *= 2
        }
        return sum
    }
}
