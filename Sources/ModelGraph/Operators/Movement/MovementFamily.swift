extension OperatorCatalog {
    /// Operators that move, repeat, drop or make elements, and that tell of shapes.
    static let movementFamily: [any Operator.Type] = [
        Concat.self,
        Constant.self,
        ConstantOfShape.self,
        DepthToSpace.self,
        Dropout.self,
        Expand.self,
        Flatten.self,
        Gather.self,
        Identity.self,
        NumberRange.self,
        Pad.self,
        Reshape.self,
        Resize.self,
        Shape.self,
        Size.self,
        Slice.self,
        SpaceToDepth.self,
        Split.self,
        Squeeze.self,
        Tile.self,
        Transpose.self,
        Unsqueeze.self,
        Upsample.self,
    ]
}
