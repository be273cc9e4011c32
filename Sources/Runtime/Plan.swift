import ModelGraph
import Tensors

/// What a backend will do for inputs of given types: steps in order, a type, a layout and a place for every value.
package struct Plan: Sendable {
    /// A position in `values`.
    package typealias ValueID = Int

    package var values: [PlannedValue] = []
    package var steps: [PlanStep] = []
    package var inputs: [ValueID] = []
    package var outputs: [ValueID] = []
    /// Bytes of the one buffer that holds every intermediate value.
    package var arenaByteCount = 0

    /// Bytes that the intermediate values would take if none shared memory.
    package var unsharedByteCount: Int {
        values.reduce(0) { sum, value in
            if case .arena = value.place { sum + value.byteCount } else { sum }
        }
    }

    /// Bytes of what the caller feeds and gets.
    package var boundaryByteCount: Int {
        values.reduce(0) { sum, value in
            switch value.place {
            case .input, .output: sum + value.type.byteCount
            case .constant, .arena, .unused: sum
            }
        }
    }

    /// Bytes of constants.
    package var constantByteCount: Int {
        values.reduce(0) { sum, value in
            if case .constant = value.place { sum + value.type.byteCount } else { sum }
        }
    }
}

/// A value of a plan.
package struct PlannedValue: Sendable {
    /// Where a value lives.
    package enum Place: Sendable {
        /// Fed by the caller.
        case input
        /// Known when the plan is made.
        case constant(Tensor)
        /// In the arena, from this byte on.
        case arena(offset: Int)
        /// In memory of its own, which the caller gets.
        case output
        /// Nowhere: steps were fused, and it is never computed.
        case unused
    }

    /// How the elements are arranged.
    package enum Layout: Sendable, Hashable {
        /// Packed, last dimension fastest, as in ONNX.
        case rowMajor
        /// Groups of channels, with a halo.
        case blocked(BlockedLayout)
    }

    package var name: String
    /// The type that backends see: floating-point types are float32.
    package var type: TensorType
    /// The model's own element type.
    package var modelElementType: ElementType
    package var layout: Layout = .rowMajor
    package var place: Place
    /// The first and the last step that touches the value; `-1` stands for before the first step.
    package var lifetime: ClosedRange<Int>

    /// Bytes that the value takes in its layout.
    package var byteCount: Int {
        if case .blocked(let layout) = layout, let shape = BlockedShape(type, layout) {
            shape.byteCount
        } else {
            type.byteCount
        }
    }
}

extension PlannedValue.Layout: CustomStringConvertible {
    /// For instance `row-major`, `nChw16c halo 1`.
    package var description: String {
        switch self {
        case .rowMajor: return "row-major"
        case .blocked(let layout):
            let name =
                layout.channelsPerPixel == BlockedLayout.groupChannels ? "nChw16c" : "nhwc\(layout.channelsPerPixel)"
            let halo = layout.halo
            let sides = [halo.top, halo.left, halo.bottom, halo.right]
            if sides.allSatisfy({ $0 == 0 }) { return name }
            if sides.allSatisfy({ $0 == halo.top }) { return "\(name) halo \(halo.top)" }
            return "\(name) halo " + sides.map { "\($0)" }.joined(separator: ",")
        }
    }
}

/// One operator of a plan with its operands.
package struct PlanStep: Sendable {
    package var index: Int
    package var node: Node
    package var label: String
    package var typedOperator: any Operator
    package var inputs: [Plan.ValueID?]
    package var outputs: [Plan.ValueID?]
    /// Later nodes whose work the step does too; its outputs are those of the last.
    package var fused: [Node] = []
    /// What the backend says of the kernel that it made, for those who read plans.
    package var detail: String?

    package init(
        index: Int, node: Node, label: String, typedOperator: any Operator, inputs: [Plan.ValueID?],
        outputs: [Plan.ValueID?]
    ) {
        self.index = index
        self.node = node
        self.label = label
        self.typedOperator = typedOperator
        self.inputs = inputs
        self.outputs = outputs
    }
}
