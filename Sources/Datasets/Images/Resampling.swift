/// The source pixels that one output pixel is made of along one axis, and their weights.
struct ResamplingTap: Equatable {
    let first: Int
    let weights: [Double]
}

/// Bilinear weights, widened when shrinking so that every source pixel counts (antialiasing).
///
/// The triangle filter's support is 1 source pixel when enlarging and `scale` source pixels when shrinking; weights of
/// one output pixel add up to 1. These are the weights of Pillow's `BILINEAR` and of torchvision's `antialias=True`.
func bilinearTaps(from source: Int, to target: Int) -> [ResamplingTap] {
    let scale = Double(source) / Double(target)
    let support = max(scale, 1)
    return (0..<target).map { index in
        let center = (Double(index) + 0.5) * scale
        let first = max(0, Int(center - support + 0.5))
        let end = min(source, Int(center + support + 0.5))
        let raw = (first..<max(end, first + 1)).map { position in
            max(0, 1 - abs((Double(position) - center + 0.5) * (1 / support)))
        }
        let sum = raw.reduce(0, +)
        return ResamplingTap(first: first, weights: sum == 0 ? raw : raw.map { $0 / sum })
    }
}

/// An element type that images can be resampled in: how weighted sums are formed and stored.
protocol ResamplableElement: Comparable {
    associatedtype Weight: Sendable
    static func weight(_ value: Double) -> Weight
    /// The stored sum of `weights[k] * source[k * stride]`.
    static func combine(_ source: UnsafePointer<Self>, stride: Int, _ weights: [Weight]) -> Self
}

extension UInt8: ResamplableElement {
    /// Weights have 22 fraction bits, so that a sum of 8-bit pixels fits 32 bits, and each axis rounds to a byte: what
    /// Pillow does, bit for bit.
    static let fractionBits = 22

    static func weight(_ value: Double) -> Int32 { Int32((value * Double(1 << fractionBits)).rounded()) }

    static func combine(_ source: UnsafePointer<UInt8>, stride: Int, _ weights: [Int32]) -> UInt8 {
        var sum: Int32 = 1 << (fractionBits - 1)
        for index in weights.indices { sum &+= Int32(source[index * stride]) &* weights[index] }
        return UInt8(clamping: sum >> fractionBits)
    }
}

extension Float: ResamplableElement {
    static func weight(_ value: Double) -> Double { value }

    static func combine(_ source: UnsafePointer<Float>, stride: Int, _ weights: [Double]) -> Float {
        var sum = 0.0
        for index in weights.indices { sum += Double(source[index * stride]) * weights[index] }
        return Float(sum)
    }
}

extension Image where Element: ResamplableElement {
    /// The image at another size: first along rows, then along columns; an axis that keeps its size is left alone.
    func resized(width newWidth: Int, height newHeight: Int) -> Image {
        resizedRows(to: newWidth).resizedColumns(to: newHeight)
    }

    private func resizedRows(to newWidth: Int) -> Image {
        guard newWidth != width else { return self }
        let taps = bilinearTaps(from: width, to: newWidth).map { ($0.first, $0.weights.map(Element.weight)) }
        let result = [Element](unsafeUninitializedCapacity: height * newWidth * channels) { target, count in
            pixels.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                for y in 0..<height {
                    for (first, weights) in taps {
                        for channel in 0..<channels {
                            let start = base + (y * width + first) * channels + channel
                            target.initializeElement(at: count, to: .combine(start, stride: channels, weights))
                            count += 1
                        }
                    }
                }
            }
        }
        return Image(width: newWidth, height: height, channels: channels, pixels: result)
    }

    private func resizedColumns(to newHeight: Int) -> Image {
        guard newHeight != height else { return self }
        let taps = bilinearTaps(from: height, to: newHeight).map { ($0.first, $0.weights.map(Element.weight)) }
        let stride = width * channels
        let result = [Element](unsafeUninitializedCapacity: newHeight * stride) { target, count in
            pixels.withUnsafeBufferPointer { source in
                guard let base = source.baseAddress else { return }
                for (first, weights) in taps {
                    for column in 0..<stride {
                        let start = base + first * stride + column
                        target.initializeElement(at: count, to: .combine(start, stride: stride, weights))
                        count += 1
                    }
                }
            }
        }
        return Image(width: width, height: newHeight, channels: channels, pixels: result)
    }
}

extension Image {
    /// The middle of the image; an odd rest goes to the even side, as in torchvision's `center_crop`.
    ///
    /// - Precondition: the image is at least that large.
    func croppedToCenter(width newWidth: Int, height newHeight: Int) -> Image {
        precondition(newWidth <= width && newHeight <= height)
        guard newWidth != width || newHeight != height else { return self }
        let left = Int((Double(width - newWidth) / 2).rounded(.toNearestOrEven))
        let top = Int((Double(height - newHeight) / 2).rounded(.toNearestOrEven))
        var result: [Element] = []
        result.reserveCapacity(newWidth * newHeight * channels)
        for y in top..<(top + newHeight) {
            let start = (y * width + left) * channels
            result.append(contentsOf: pixels[start..<(start + newWidth * channels)])
        }
        return Image(width: newWidth, height: newHeight, channels: channels, pixels: result)
    }
}
