import ModelGraph
import Runtime
import Tensors

/// The largest magnitude that each channel of some values reaches over the data.
struct ChannelExtremes {
    private(set) var magnitudes: [String: [Float]] = [:]

    /// Takes in a value of shape `[N, C, positions...]`; elements that are not finite do not count.
    mutating func add(_ view: TensorView, to name: String) {
        guard view.shape.count >= 2, view.elementCount > 0 else { return }
        let channels = view.shape[1]
        let inner = view.shape[2...].reduce(1, *)
        var seen = magnitudes[name] ?? [Float](repeating: 0, count: channels)
        guard seen.count == channels else { return }
        let elements = view.elements(as: Float.self)
        for line in 0..<(elements.count / inner) {
            var most = seen[line % channels]
            for place in (line * inner)..<((line + 1) * inner) where elements[place].isFinite {
                most = max(most, elements[place].magnitude)
            }
            seen[line % channels] = most
        }
        magnitudes[name] = seen
    }
}
