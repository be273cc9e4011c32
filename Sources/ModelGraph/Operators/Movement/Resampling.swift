import Tensors

/// How Resize and Upsample compute an output from an input: per axis, which input positions with which weights.
///
/// The tables are made on the host from float32 arithmetic in one written order, so that every backend reads the same.
package struct Resampling: Sendable {
    package enum Interpolation: String, CaseIterable, Sendable { case nearest, linear, cubic }

    /// Where an output position lies in the input. Source: ONNX Resize 19, `coordinate_transformation_mode`.
    package enum Coordinates: String, CaseIterable, Sendable {
        case halfPixel = "half_pixel"
        case halfPixelSymmetric = "half_pixel_symmetric"
        case pytorchHalfPixel = "pytorch_half_pixel"
        case alignCorners = "align_corners"
        case asymmetric
        case tfHalfPixelForNearest = "tf_half_pixel_for_nn"
        case tfCropAndResize = "tf_crop_and_resize"
    }

    /// Which neighbour is the nearest.
    package enum Rounding: String, CaseIterable, Sendable {
        case roundPreferFloor = "round_prefer_floor"
        case roundPreferCeil = "round_prefer_ceil"
        case floor
        case ceil
        /// Upsample and Resize 10, which name no rounding: ONNX Runtime takes the floor, and the ceiling for scales
        /// below 1.
        case unnamed = ""

        package static let allCases: [Rounding] = [.roundPreferFloor, .roundPreferCeil, .floor, .ceil]
    }

    /// One axis of the input and of the output.
    package struct Axis: Sendable {
        package var inputSize: Int
        package var outputSize: Int
        /// Output size to input size as the model gives it, which the rounding of the output size makes inexact.
        package var scale: Float = 1
        /// The part of the input that `tfCropAndResize` takes, from 0 to 1.
        package var region: (start: Float, end: Float) = (0, 1)
    }

    /// For every output position `count` input positions and weights.
    package struct Taps: Sendable {
        package var count: Int
        package var positions: [Int] = []
        package var weights: [Float] = []
        /// By output position: whether it lies outside the input and gets the extrapolation value.
        package var isOutside: [Bool] = []
    }

    package var interpolation = Interpolation.nearest
    package var coordinates = Coordinates.asymmetric
    package var rounding = Rounding.unnamed
    package var cubicCoefficient: Float = -0.75
    /// Whether cubic weights outside the input become 0 and the others grow to sum 1; the edge repeats otherwise.
    package var excludesOutside = false
    package var extrapolationValue: Float = 0
    package var axes: [Axis] = []

    /// Axes that may change together under linear or cubic interpolation: 4^4 products an element.
    static let maximumInterpolatedAxes = 4

    /// Whether an axis is copied as it is.
    package func isIdentity(_ axis: Axis) -> Bool {
        axis.inputSize == axis.outputSize && axis.scale == 1
            && (coordinates != .tfCropAndResize || axis.region == (0, 1))
    }

    /// The output's type.
    ///
    /// - Throws: `.unsupported` for an element type or a number of axes that is not implemented.
    package func outputType(_ input: TensorType) throws(HoneError) -> TensorType {
        for axis in axes where axis.inputSize == 0 && axis.outputSize > 0 {
            throw HoneError(.invalidModel, "an axis of size 0 cannot become \(axis.outputSize)")
        }
        let interpolated = interpolation == .linear ? Set.floats.union(Set.eightBit) : Set.floats
        if interpolation != .nearest {
            guard interpolated.contains(input.elementType) else {
                throw HoneError(
                    .unsupported, "mode '\(interpolation.rawValue)' of \(input.elementType) is not supported")
            }
            guard axes.filter({ !isIdentity($0) }).count <= Resampling.maximumInterpolatedAxes else {
                throw HoneError(
                    .unsupported,
                    "mode '\(interpolation.rawValue)' over more than \(Resampling.maximumInterpolatedAxes) axes "
                        + "is not supported")
            }
        }
        return try TensorType.validated(input.elementType, axes.map(\.outputSize))
    }
}

extension Resampling {
    /// The table of one axis.
    package func taps(_ axis: Axis) -> Taps {
        let positions = 0..<axis.outputSize
        if isIdentity(axis) {
            return Taps(
                count: 1, positions: Array(positions), weights: Array(repeating: 1, count: axis.outputSize),
                isOutside: Array(repeating: false, count: axis.outputSize))
        }
        var taps = Taps(count: interpolation == .nearest ? 1 : interpolation == .linear ? 2 : 4)
        for output in positions {
            let x = coordinate(Float(output), axis)
            let isInside = x >= 0 && x <= Float(axis.inputSize - 1)
            taps.isOutside.append(coordinates == .tfCropAndResize && !isInside)
            switch interpolation {
            case .nearest: appendNearest(x, axis, to: &taps)
            case .linear: appendLinear(x, axis, to: &taps)
            case .cubic: appendCubic(x, axis, to: &taps)
            }
        }
        return taps
    }

    private func coordinate(_ x: Float, _ axis: Axis) -> Float {
        let (inputSize, outputSize, scale) = (Float(axis.inputSize), Float(axis.outputSize), axis.scale)
        switch coordinates {
        case .asymmetric: return x / scale
        case .halfPixel: return (x + 0.5) / scale - 0.5
        case .pytorchHalfPixel: return axis.outputSize > 1 ? (x + 0.5) / scale - 0.5 : 0
        case .tfHalfPixelForNearest: return (x + 0.5) / scale
        // `outputSize` is the rounded one, as in ONNX Runtime; the ONNX reference takes `inputSize * scale`.
        case .alignCorners: return axis.outputSize == 1 ? 0 : x * (inputSize - 1) / (outputSize - 1)
        case .halfPixelSymmetric:
            let adjustment = outputSize / (scale * inputSize)
            let offset = inputSize / 2 * (1 - adjustment)
            return offset + (x + 0.5) / scale - 0.5
        case .tfCropAndResize:
            let (start, end) = axis.region
            guard axis.outputSize > 1 else { return 0.5 * (start + end) * (inputSize - 1) }
            return start * (inputSize - 1) + x * (end - start) * (inputSize - 1) / (outputSize - 1)
        }
    }

    /// `x` no further outside than `margin` steps, so that it converts to an integer; a NaN goes to the low end.
    private func bounded(_ x: Float, _ axis: Axis, margin: Float) -> Float {
        let high = Float(axis.inputSize - 1) + margin
        return x > -margin ? (x < high ? x : high) : -margin
    }

    private func clamped(_ position: Int, _ axis: Axis) -> Int { min(max(position, 0), axis.inputSize - 1) }

    private func appendNearest(_ x: Float, _ axis: Axis, to taps: inout Taps) {
        let x = bounded(x, axis, margin: 1)
        let nearest =
            switch rounding {
            // Halfway cases go down; what is below -0.5 is clamped anyway.
            case .roundPreferFloor: (x - 0.5).rounded(.up)
            case .roundPreferCeil: x.rounded(.toNearestOrAwayFromZero)
            case .floor: x.rounded(.down)
            case .ceil: x.rounded(.up)
            case .unnamed: axis.scale < 1 ? x.rounded(.up) : x.rounded(.down)
            }
        taps.positions.append(clamped(Int(nearest), axis))
        taps.weights.append(1)
    }

    private func appendLinear(_ x: Float, _ axis: Axis, to taps: inout Taps) {
        let x = bounded(x, axis, margin: 0)
        let lower = clamped(Int(x), axis)
        let upper = clamped(lower + 1, axis)
        taps.positions.append(contentsOf: [lower, upper])
        // At the last position both taps are the same element.
        taps.weights.append(
            contentsOf: lower == upper ? [0.5, 0.5] : [Float(upper) - x, x - Float(lower)])
    }

    /// Keys 1981, "Cubic convolution interpolation for digital image processing", equation 4, in Horner form.
    private func appendCubic(_ x: Float, _ axis: Axis, to taps: inout Taps) {
        let x = bounded(x, axis, margin: 3)
        let base = x.rounded(.down)
        let s = x - base
        let a = cubicCoefficient
        func near(_ t: Float) -> Float { ((a + 2) * t - (a + 3)) * t * t + 1 }
        func far(_ t: Float) -> Float { ((a * t - 5 * a) * t + 8 * a) * t - 4 * a }
        var weights = [far(s + 1), near(s), near(1 - s), far(2 - s)]
        let positions = (Int(base) - 1)...(Int(base) + 2)
        if excludesOutside {
            var sum: Float = 0
            for (index, position) in positions.enumerated() {
                if position != clamped(position, axis) { weights[index] = 0 }
                sum += weights[index]
            }
            if sum != 0 { weights = weights.map { $0 / sum } }
        }
        taps.positions.append(contentsOf: positions.map { clamped($0, axis) })
        taps.weights.append(contentsOf: weights)
    }
}
