// ValueInfoProto: a value's name, type and shape.
#include "Messages.h"

using onnx::TensorShapeProto;
using onnx::TypeProto;
using onnx::ValueInfoProto;

static const ValueInfoProto &value_of(const onnx_message *value) { return as<ValueInfoProto>(value); }
static const TensorShapeProto &shape_of(const onnx_message *value) {
    return value_of(value).type().tensor_type().shape();
}
static TypeProto::Tensor *tensor_type_of(onnx_message *value) {
    return as<ValueInfoProto>(value).mutable_type()->mutable_tensor_type();
}

onnx_bytes onnx_value_name(const onnx_message *value) { return bytes_of(value_of(value).name()); }

onnx_type_kind onnx_value_type(const onnx_message *value) {
    if (!value_of(value).has_type()) { return ONNX_TYPE_NONE; }
    const TypeProto &type = value_of(value).type();
    switch (type.value_case()) {
    // A kind of type that this version of ONNX does not know is an unknown field.
    case TypeProto::VALUE_NOT_SET: return type.ByteSizeLong() == 0 ? ONNX_TYPE_NONE : ONNX_TYPE_OTHER;
    case TypeProto::kTensorType: return ONNX_TYPE_TENSOR;
    case TypeProto::kSequenceType: return ONNX_TYPE_SEQUENCE;
    case TypeProto::kMapType: return ONNX_TYPE_MAP;
    case TypeProto::kOptionalType: return ONNX_TYPE_OPTIONAL;
    case TypeProto::kSparseTensorType: return ONNX_TYPE_SPARSE_TENSOR;
    default: return ONNX_TYPE_OTHER;
    }
}

int32_t onnx_value_element_type(const onnx_message *value) { return value_of(value).type().tensor_type().elem_type(); }
bool onnx_value_has_shape(const onnx_message *value) { return value_of(value).type().tensor_type().has_shape(); }
size_t onnx_value_rank(const onnx_message *value) { return shape_of(value).dim_size(); }

onnx_dim_kind onnx_value_dim(const onnx_message *value, size_t index, int64_t *size, onnx_bytes *symbol) {
    const TensorShapeProto::Dimension &dim = shape_of(value).dim(static_cast<int>(index));
    *size = dim.dim_value();
    *symbol = bytes_of(dim.dim_param());
    switch (dim.value_case()) {
    case TensorShapeProto::Dimension::kDimValue: return ONNX_DIM_FIXED;
    case TensorShapeProto::Dimension::kDimParam: return ONNX_DIM_SYMBOLIC;
    default: return ONNX_DIM_UNKNOWN;
    }
}

bool onnx_value_strip(onnx_message *value, bool keep_type) {
    return guarded([&] {
        ValueInfoProto &message = as<ValueInfoProto>(value);
        message.clear_name();
        if (keep_type || !message.has_type() || !message.type().has_tensor_type()) { return; }
        TypeProto &type = *message.mutable_type();
        TypeProto::Tensor &tensor = *type.mutable_tensor_type();
        tensor.clear_elem_type();
        bool isBare = true;
        for (TensorShapeProto::Dimension &dim : *tensor.mutable_shape()->mutable_dim()) {
            dim.clear_value();
            isBare = isBare && dim.ByteSizeLong() == 0;
        }
        if (isBare) { tensor.mutable_shape()->clear_dim(); }
        if (tensor.shape().ByteSizeLong() == 0) { tensor.clear_shape(); }
        if (tensor.ByteSizeLong() == 0) { type.clear_tensor_type(); }
        if (type.ByteSizeLong() == 0) { message.clear_type(); }
    });
}

bool onnx_value_clear(onnx_message *value, bool keep_name) {
    return guarded([&] {
        ValueInfoProto named;
        if (keep_name) { named.set_name(value_of(value).name()); }
        as<ValueInfoProto>(value).Swap(&named);
    });
}

bool onnx_value_set_name(onnx_message *value, onnx_bytes name) {
    return guarded([&] { as<ValueInfoProto>(value).set_name(string_of(name)); });
}

bool onnx_value_set_element_type(onnx_message *value, int32_t type) {
    return guarded([&] { tensor_type_of(value)->set_elem_type(type); });
}

bool onnx_value_set_rank(onnx_message *value, size_t rank) {
    return guarded([&] {
        TensorShapeProto &shape = *tensor_type_of(value)->mutable_shape();
        if (static_cast<size_t>(shape.dim_size()) == rank) { return; }
        shape.clear_dim();
        for (size_t index = 0; index < rank; ++index) { shape.add_dim(); }
    });
}

bool onnx_value_set_dim(onnx_message *value, size_t index, onnx_dim_kind kind, int64_t size, onnx_bytes symbol) {
    return guarded([&] {
        TensorShapeProto::Dimension &dim = *tensor_type_of(value)->mutable_shape()->mutable_dim(static_cast<int>(index));
        switch (kind) {
        case ONNX_DIM_UNKNOWN: dim.clear_value(); break;
        case ONNX_DIM_FIXED: dim.set_dim_value(size); break;
        case ONNX_DIM_SYMBOLIC: dim.set_dim_param(string_of(symbol)); break;
        }
    });
}
