// AttributeProto.
#include "Messages.h"

using onnx::AttributeProto;

static const AttributeProto &attribute_of(const onnx_message *attribute) { return as<AttributeProto>(attribute); }

onnx_bytes onnx_attribute_name(const onnx_message *attribute) { return bytes_of(attribute_of(attribute).name()); }

onnx_attribute_type onnx_attribute_kind(const onnx_message *attribute) {
    const AttributeProto &message = attribute_of(attribute);
    if (message.has_type() && message.type() != AttributeProto::UNDEFINED) {
        return static_cast<onnx_attribute_type>(message.type());
    }
    if (message.has_f()) { return ONNX_ATTRIBUTE_FLOAT; }
    if (message.has_i()) { return ONNX_ATTRIBUTE_INT; }
    if (message.has_s()) { return ONNX_ATTRIBUTE_STRING; }
    if (message.has_g()) { return ONNX_ATTRIBUTE_GRAPH; }
    if (message.has_sparse_tensor()) { return ONNX_ATTRIBUTE_SPARSE_TENSOR; }
    if (message.has_tp()) { return ONNX_ATTRIBUTE_TYPE_PROTO; }
    if (message.floats_size() != 0) { return ONNX_ATTRIBUTE_FLOATS; }
    if (message.ints_size() != 0) { return ONNX_ATTRIBUTE_INTS; }
    if (message.strings_size() != 0) { return ONNX_ATTRIBUTE_STRINGS; }
    if (message.tensors_size() != 0) { return ONNX_ATTRIBUTE_TENSORS; }
    if (message.graphs_size() != 0) { return ONNX_ATTRIBUTE_GRAPHS; }
    if (message.sparse_tensors_size() != 0) { return ONNX_ATTRIBUTE_SPARSE_TENSORS; }
    if (message.type_protos_size() != 0) { return ONNX_ATTRIBUTE_TYPE_PROTOS; }
    // Last, because an envelope may hold a tensor's name and doc string.
    if (message.has_t() && message.t().has_data_type()) { return ONNX_ATTRIBUTE_TENSOR; }
    return ONNX_ATTRIBUTE_UNDEFINED;
}

bool onnx_attribute_is_reference(const onnx_message *attribute) {
    return !attribute_of(attribute).ref_attr_name().empty();
}

float onnx_attribute_float(const onnx_message *attribute) { return attribute_of(attribute).f(); }
int64_t onnx_attribute_int(const onnx_message *attribute) { return attribute_of(attribute).i(); }
onnx_bytes onnx_attribute_string(const onnx_message *attribute) { return bytes_of(attribute_of(attribute).s()); }

onnx_message *onnx_attribute_tensor(onnx_message *attribute) {
    AttributeProto &message = as<AttributeProto>(attribute);
    return message.has_t() ? handle_of(message.mutable_t()) : nullptr;
}

const float *onnx_attribute_floats(const onnx_message *attribute, size_t *count) {
    *count = attribute_of(attribute).floats_size();
    return attribute_of(attribute).floats().data();
}

const int64_t *onnx_attribute_ints(const onnx_message *attribute, size_t *count) {
    *count = attribute_of(attribute).ints_size();
    return attribute_of(attribute).ints().data();
}

size_t onnx_attribute_string_count(const onnx_message *attribute) { return attribute_of(attribute).strings_size(); }
onnx_bytes onnx_attribute_string_at(const onnx_message *attribute, size_t index) {
    return bytes_of(attribute_of(attribute).strings(static_cast<int>(index)));
}

bool onnx_attribute_strip(onnx_message *attribute) {
    return guarded([&] {
        AttributeProto &message = as<AttributeProto>(attribute);
        message.clear_type();
        message.clear_f();
        message.clear_i();
        message.clear_s();
        message.clear_g();
        message.clear_sparse_tensor();
        message.clear_tp();
        message.clear_floats();
        message.clear_ints();
        message.clear_strings();
        message.clear_tensors();
        message.clear_graphs();
        message.clear_sparse_tensors();
        message.clear_type_protos();
        if (!message.has_t()) { return; }
        strip_tensor(*message.mutable_t());
        if (message.t().ByteSizeLong() == 0) { message.clear_t(); }
    });
}

bool onnx_attribute_clear_all_but_name(onnx_message *attribute) {
    return guarded([&] {
        AttributeProto named;
        named.set_name(attribute_of(attribute).name());
        as<AttributeProto>(attribute).Swap(&named);
    });
}

template <typename Body> static bool set(onnx_message *attribute, AttributeProto::AttributeType type, Body body) {
    return guarded([&] {
        AttributeProto &message = as<AttributeProto>(attribute);
        message.set_type(type);
        body(message);
    });
}

bool onnx_attribute_set_float(onnx_message *attribute, float value) {
    return set(attribute, AttributeProto::FLOAT, [&](AttributeProto &message) { message.set_f(value); });
}

bool onnx_attribute_set_int(onnx_message *attribute, int64_t value) {
    return set(attribute, AttributeProto::INT, [&](AttributeProto &message) { message.set_i(value); });
}

bool onnx_attribute_set_string(onnx_message *attribute, onnx_bytes value) {
    return set(attribute, AttributeProto::STRING, [&](AttributeProto &message) { message.set_s(string_of(value)); });
}

bool onnx_attribute_set_floats(onnx_message *attribute, const float *values, size_t count) {
    return set(attribute, AttributeProto::FLOATS,
               [&](AttributeProto &message) { message.mutable_floats()->Add(values, values + count); });
}

bool onnx_attribute_set_ints(onnx_message *attribute, const int64_t *values, size_t count) {
    return set(attribute, AttributeProto::INTS,
               [&](AttributeProto &message) { message.mutable_ints()->Add(values, values + count); });
}

bool onnx_attribute_set_strings(onnx_message *attribute) {
    return set(attribute, AttributeProto::STRINGS, [](AttributeProto &) {});
}

bool onnx_attribute_add_string(onnx_message *attribute, onnx_bytes value) {
    return guarded([&] { as<AttributeProto>(attribute).add_strings(string_of(value)); });
}

onnx_message *onnx_attribute_set_tensor(onnx_message *attribute) {
    onnx_message *tensor = nullptr;
    set(attribute, AttributeProto::TENSOR, [&](AttributeProto &message) { tensor = handle_of(message.mutable_t()); });
    return tensor;
}
