// TensorProto: elements in raw_data, in typed fields, or in another file.
#include "Messages.h"

#include <cstring>

using google::protobuf::RepeatedField;
using onnx::TensorProto;

static const TensorProto &tensor_of(const onnx_message *tensor) { return as<TensorProto>(tensor); }
static int at(size_t index) { return static_cast<int>(index); }

onnx_bytes onnx_tensor_name(const onnx_message *tensor) { return bytes_of(tensor_of(tensor).name()); }
int32_t onnx_tensor_element_type(const onnx_message *tensor) { return tensor_of(tensor).data_type(); }
const int64_t *onnx_tensor_dims(const onnx_message *tensor, size_t *rank) {
    *rank = tensor_of(tensor).dims_size();
    return tensor_of(tensor).dims().data();
}
bool onnx_tensor_has_segment(const onnx_message *tensor) { return tensor_of(tensor).has_segment(); }
bool onnx_tensor_is_external(const onnx_message *tensor) {
    return tensor_of(tensor).data_location() == TensorProto::EXTERNAL;
}
size_t onnx_tensor_external_count(const onnx_message *tensor) { return tensor_of(tensor).external_data_size(); }
onnx_bytes onnx_tensor_external_key(const onnx_message *tensor, size_t index) {
    return bytes_of(tensor_of(tensor).external_data(at(index)).key());
}
onnx_bytes onnx_tensor_external_value(const onnx_message *tensor, size_t index) {
    return bytes_of(tensor_of(tensor).external_data(at(index)).value());
}
size_t onnx_tensor_raw_size(const onnx_message *tensor) { return tensor_of(tensor).raw_data().size(); }

size_t onnx_tensor_typed_count(const onnx_message *tensor) {
    const TensorProto &message = tensor_of(tensor);
    switch (message.data_type()) {
    case TensorProto::FLOAT: return message.float_data_size();
    case TensorProto::DOUBLE: return message.double_data_size();
    case TensorProto::INT64: return message.int64_data_size();
    case TensorProto::UINT32:
    case TensorProto::UINT64: return message.uint64_data_size();
    default: return message.int32_data_size();
    }
}

template <typename Element> static bool copy(const RepeatedField<Element> &source, void *destination) {
    if (!source.empty()) { std::memcpy(destination, source.data(), source.size() * sizeof(Element)); }
    return true;
}

/// Copies values into a narrower type; false at the first that does not fit.
template <typename Element, typename Value> static bool narrow(const RepeatedField<Value> &source, void *destination) {
    Element *elements = static_cast<Element *>(destination);
    for (const Value value : source) {
        const Element element = static_cast<Element>(value);
        if (static_cast<Value>(element) != value) { return false; }
        *elements++ = element;
    }
    return true;
}

// Not in the enumeration of every release of ONNX.
static const int32_t ONNX_UINT4 = 21;
static const int32_t ONNX_INT4 = 22;

/// Copies bytes of two elements each, which some writers take for signed and some for unsigned.
static bool copy_pairs(const RepeatedField<int32_t> &source, void *destination) {
    uint8_t *bytes = static_cast<uint8_t *>(destination);
    for (const int32_t value : source) {
        if (value < INT8_MIN || value > UINT8_MAX) { return false; }
        *bytes++ = static_cast<uint8_t>(value);
    }
    return true;
}

bool onnx_tensor_copy_elements(const onnx_message *tensor, void *destination) {
    const TensorProto &message = tensor_of(tensor);
    if (!message.raw_data().empty()) {
        std::memcpy(destination, message.raw_data().data(), message.raw_data().size());
        return true;
    }
    switch (message.data_type()) {
    case ONNX_UINT4:
    case ONNX_INT4: return copy_pairs(message.int32_data(), destination);
    case TensorProto::FLOAT: return copy(message.float_data(), destination);
    case TensorProto::DOUBLE: return copy(message.double_data(), destination);
    case TensorProto::INT64: return copy(message.int64_data(), destination);
    case TensorProto::UINT64: return copy(message.uint64_data(), destination);
    case TensorProto::INT32: return copy(message.int32_data(), destination);
    case TensorProto::UINT32: return narrow<uint32_t>(message.uint64_data(), destination);
    case TensorProto::INT8: return narrow<int8_t>(message.int32_data(), destination);
    case TensorProto::INT16: return narrow<int16_t>(message.int32_data(), destination);
    case TensorProto::UINT8:
    case TensorProto::BOOL: return narrow<uint8_t>(message.int32_data(), destination);
    case TensorProto::UINT16:
    // The bit pattern of a 16-bit float is stored as an unsigned number.
    case TensorProto::FLOAT16:
    case TensorProto::BFLOAT16: return narrow<uint16_t>(message.int32_data(), destination);
    default: return false;
    }
}

// Swapping with an empty value returns the memory at once; `clear_…` would keep it for reuse.
template <typename Field> static void release(Field *field) {
    Field empty;
    empty.Swap(field);
}

void strip_tensor(TensorProto &message) {
    if (message.has_raw_data()) { std::string().swap(*message.mutable_raw_data()); }
    message.clear_raw_data();
    release(message.mutable_float_data());
    release(message.mutable_double_data());
    release(message.mutable_int32_data());
    release(message.mutable_int64_data());
    release(message.mutable_uint64_data());
    message.clear_string_data();
    message.clear_dims();
    message.clear_data_type();
    message.clear_segment();
    message.clear_external_data();
    message.clear_data_location();
}

bool onnx_tensor_strip(onnx_message *tensor) {
    return guarded([&] { strip_tensor(as<TensorProto>(tensor)); });
}

bool onnx_tensor_set(onnx_message *tensor, onnx_bytes name, int32_t type, const int64_t *dims, size_t rank) {
    return guarded([&] {
        TensorProto &message = as<TensorProto>(tensor);
        if (name.size != 0) { message.set_name(string_of(name)); }
        message.set_data_type(type);
        message.mutable_dims()->Add(dims, dims + rank);
    });
}

bool onnx_tensor_set_raw(onnx_message *tensor, onnx_bytes bytes) {
    return guarded([&] { as<TensorProto>(tensor).set_raw_data(bytes.data, bytes.size); });
}

bool onnx_tensor_add_external(onnx_message *tensor, onnx_bytes key, onnx_bytes value) {
    return guarded([&] {
        TensorProto &message = as<TensorProto>(tensor);
        onnx::StringStringEntryProto &entry = *message.add_external_data();
        entry.set_key(string_of(key));
        entry.set_value(string_of(value));
        message.set_data_location(TensorProto::EXTERNAL);
    });
}
