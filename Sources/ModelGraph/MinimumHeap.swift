/// Numbers that come out in ascending order: a binary heap.
struct MinimumHeap {
    private var numbers: [Int] = []

    /// - Parameter ascending: numbers in order, which are a heap as they stand.
    init(_ ascending: [Int]) { numbers = ascending }

    mutating func insert(_ number: Int) {
        var index = numbers.count
        numbers.append(number)
        while index > 0, numbers[(index - 1) / 2] > number {
            numbers.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// Removes and gives the smallest number, nil when there is none.
    mutating func popMinimum() -> Int? {
        guard let minimum = numbers.first, let last = numbers.popLast() else { return nil }
        guard !numbers.isEmpty else { return minimum }
        numbers[0] = last
        var index = 0
        while 2 * index + 1 < numbers.count {
            let left = 2 * index + 1
            let child = left + 1 < numbers.count && numbers[left + 1] < numbers[left] ? left + 1 : left
            guard numbers[child] < last else { break }
            numbers.swapAt(index, child)
            index = child
        }
        return minimum
    }
}
