// The ONNX project's protobuf messages behind C functions.
//
// Nothing here knows what a model means: the functions move fields in and out of messages. No exception crosses this
// boundary; a function that allocates says whether it could. Handles of child messages belong to their parent, and
// borrowed bytes live until their message changes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A protobuf message; each function says which one it takes.
typedef struct onnx_message onnx_message;

/// Bytes that somebody else owns.
typedef struct {
    const char *data;
    size_t size;
} onnx_bytes;

typedef enum { ONNX_MODEL, ONNX_NODE, ONNX_ATTRIBUTE, ONNX_TENSOR, ONNX_VALUE } onnx_kind;
typedef enum { ONNX_OK, ONNX_MALFORMED, ONNX_OUT_OF_MEMORY } onnx_status;

// MARK: Any message (Messages.cpp)

/// Parses a message of at most 2^31 - 1 bytes; NULL and a status if that fails. `onnx_free` ends its life.
onnx_message *onnx_parse(onnx_kind kind, onnx_bytes bytes, onnx_status *status);
/// The same from an open file, block by block, so that the file is never in memory as a whole.
onnx_message *onnx_parse_file(onnx_kind kind, int descriptor, onnx_status *status);
void onnx_free(onnx_message *message);
size_t onnx_serialized_size(const onnx_message *message);
/// Writes exactly `onnx_serialized_size` bytes; false if they are more than 2^31 - 1 or `size` differs.
bool onnx_serialize(const onnx_message *message, void *destination, size_t size);

// MARK: ModelProto and its GraphProto (Model.cpp)

typedef enum { ONNX_LIST_NODE, ONNX_LIST_INPUT, ONNX_LIST_OUTPUT, ONNX_LIST_VALUE_INFO, ONNX_LIST_INITIALIZER } onnx_list;

bool onnx_model_has_graph(const onnx_message *model);
int64_t onnx_model_ir_version(const onnx_message *model);
onnx_bytes onnx_model_graph_name(const onnx_message *model);
size_t onnx_model_count(const onnx_message *model, onnx_list list);
/// Element `index` of a list: a NodeProto, ValueInfoProto or TensorProto.
onnx_message *onnx_model_element(onnx_message *model, onnx_list list, size_t index);
size_t onnx_model_opset_count(const onnx_message *model);
onnx_bytes onnx_model_opset_domain(const onnx_message *model, size_t index);
int64_t onnx_model_opset_version(const onnx_message *model, size_t index);
size_t onnx_model_metadata_count(const onnx_message *model);
onnx_bytes onnx_model_metadata_key(const onnx_message *model, size_t index);
onnx_bytes onnx_model_metadata_value(const onnx_message *model, size_t index);
size_t onnx_model_sparse_initializer_count(const onnx_message *model);
onnx_bytes onnx_model_sparse_initializer_name(const onnx_message *model, size_t index);
/// Clears what a `Graph` models, initializers that hold nothing but their name, and inner values that hold nothing; the
/// rest is the model's envelope.
bool onnx_model_strip(onnx_message *model);

bool onnx_model_set_ir_version(onnx_message *model, int64_t version);
bool onnx_model_set_graph_name(onnx_message *model, onnx_bytes name);
bool onnx_model_add_opset(onnx_message *model, onnx_bytes domain, int64_t version);
bool onnx_model_set_opset_version(onnx_message *model, size_t index, int64_t version);
bool onnx_model_remove_opset(onnx_message *model, size_t index);
bool onnx_model_add_metadata(onnx_message *model, onnx_bytes key, onnx_bytes value);
/// Adds an element parsed from its envelope; NULL if there is no memory or the envelope is no such message.
onnx_message *onnx_model_add(onnx_message *model, onnx_list list, onnx_bytes envelope);
bool onnx_model_clear(onnx_message *model, onnx_list list);
/// Removes the graph from the model and gives its bytes' size; `onnx_model_serialize_graph` comes before that.
size_t onnx_model_graph_size(const onnx_message *model);
bool onnx_model_serialize_graph(const onnx_message *model, void *destination, size_t size);
bool onnx_model_clear_graph(onnx_message *model);

// MARK: ValueInfoProto (Value.cpp)

typedef enum {
    ONNX_TYPE_NONE,
    ONNX_TYPE_TENSOR,
    ONNX_TYPE_SEQUENCE,
    ONNX_TYPE_MAP,
    ONNX_TYPE_OPTIONAL,
    ONNX_TYPE_SPARSE_TENSOR,
    ONNX_TYPE_OTHER
} onnx_type_kind;
typedef enum { ONNX_DIM_UNKNOWN, ONNX_DIM_FIXED, ONNX_DIM_SYMBOLIC } onnx_dim_kind;

onnx_bytes onnx_value_name(const onnx_message *value);
onnx_type_kind onnx_value_type(const onnx_message *value);
/// The following are of a tensor type.
int32_t onnx_value_element_type(const onnx_message *value);
bool onnx_value_has_shape(const onnx_message *value);
size_t onnx_value_rank(const onnx_message *value);
onnx_dim_kind onnx_value_dim(const onnx_message *value, size_t index, int64_t *size, onnx_bytes *symbol);
/// Clears the name and, unless it is kept, what a `ValueInfo` models of a tensor type.
bool onnx_value_strip(onnx_message *value, bool keep_type);
/// Clears all but the name, or even that.
bool onnx_value_clear(onnx_message *value, bool keep_name);

bool onnx_value_set_name(onnx_message *value, onnx_bytes name);
bool onnx_value_set_element_type(onnx_message *value, int32_t type);
/// Gives the tensor type a shape of `rank` unknown dimensions; denotations stay where the rank does.
bool onnx_value_set_rank(onnx_message *value, size_t rank);
bool onnx_value_set_dim(onnx_message *value, size_t index, onnx_dim_kind kind, int64_t size, onnx_bytes symbol);

// MARK: NodeProto (Node.cpp)

onnx_bytes onnx_node_name(const onnx_message *node);
onnx_bytes onnx_node_operator(const onnx_message *node);
onnx_bytes onnx_node_domain(const onnx_message *node);
size_t onnx_node_input_count(const onnx_message *node);
onnx_bytes onnx_node_input(const onnx_message *node, size_t index);
size_t onnx_node_output_count(const onnx_message *node);
onnx_bytes onnx_node_output(const onnx_message *node, size_t index);
size_t onnx_node_attribute_count(const onnx_message *node);
onnx_message *onnx_node_attribute(onnx_message *node, size_t index);
/// Clears what a `Node` models, and attributes that hold nothing but their name.
bool onnx_node_strip(onnx_message *node);

bool onnx_node_set(onnx_message *node, onnx_bytes name, onnx_bytes operator_type, onnx_bytes domain);
bool onnx_node_add_input(onnx_message *node, onnx_bytes name);
bool onnx_node_add_output(onnx_message *node, onnx_bytes name);
/// Adds an attribute parsed from bytes, under a name; NULL if there is no memory or the bytes are no attribute.
onnx_message *onnx_node_add_attribute(onnx_message *node, onnx_bytes bytes, onnx_bytes name);
bool onnx_node_remove_attribute(onnx_message *node, size_t index);

// MARK: AttributeProto (Attribute.cpp)

/// The numbers of `onnx.AttributeProto.AttributeType`.
typedef enum {
    ONNX_ATTRIBUTE_UNDEFINED = 0,
    ONNX_ATTRIBUTE_FLOAT = 1,
    ONNX_ATTRIBUTE_INT = 2,
    ONNX_ATTRIBUTE_STRING = 3,
    ONNX_ATTRIBUTE_TENSOR = 4,
    ONNX_ATTRIBUTE_GRAPH = 5,
    ONNX_ATTRIBUTE_FLOATS = 6,
    ONNX_ATTRIBUTE_INTS = 7,
    ONNX_ATTRIBUTE_STRINGS = 8,
    ONNX_ATTRIBUTE_TENSORS = 9,
    ONNX_ATTRIBUTE_GRAPHS = 10,
    ONNX_ATTRIBUTE_SPARSE_TENSOR = 11,
    ONNX_ATTRIBUTE_SPARSE_TENSORS = 12,
    ONNX_ATTRIBUTE_TYPE_PROTO = 13,
    ONNX_ATTRIBUTE_TYPE_PROTOS = 14
} onnx_attribute_type;

onnx_bytes onnx_attribute_name(const onnx_message *attribute);
/// The declared type; where a file leaves it out, the one whose field is set, if one is.
onnx_attribute_type onnx_attribute_kind(const onnx_message *attribute);
/// Whether the value is that of a function's attribute.
bool onnx_attribute_is_reference(const onnx_message *attribute);
float onnx_attribute_float(const onnx_message *attribute);
int64_t onnx_attribute_int(const onnx_message *attribute);
onnx_bytes onnx_attribute_string(const onnx_message *attribute);
onnx_message *onnx_attribute_tensor(onnx_message *attribute);
const float *onnx_attribute_floats(const onnx_message *attribute, size_t *count);
const int64_t *onnx_attribute_ints(const onnx_message *attribute, size_t *count);
size_t onnx_attribute_string_count(const onnx_message *attribute);
onnx_bytes onnx_attribute_string_at(const onnx_message *attribute, size_t index);
/// Clears the value and its type; what is left is the attribute's part of the node's envelope.
bool onnx_attribute_strip(onnx_message *attribute);
bool onnx_attribute_clear_all_but_name(onnx_message *attribute);

bool onnx_attribute_set_float(onnx_message *attribute, float value);
bool onnx_attribute_set_int(onnx_message *attribute, int64_t value);
bool onnx_attribute_set_string(onnx_message *attribute, onnx_bytes value);
bool onnx_attribute_set_floats(onnx_message *attribute, const float *values, size_t count);
bool onnx_attribute_set_ints(onnx_message *attribute, const int64_t *values, size_t count);
bool onnx_attribute_set_strings(onnx_message *attribute);
bool onnx_attribute_add_string(onnx_message *attribute, onnx_bytes value);
/// Makes the attribute a tensor and gives that tensor; NULL if there is no memory.
onnx_message *onnx_attribute_set_tensor(onnx_message *attribute);

// MARK: TensorProto (Tensor.cpp)

/// The numbers of `onnx.TensorProto.DataType` that Hone reads are those of `Tensors.ElementType`.
onnx_bytes onnx_tensor_name(const onnx_message *tensor);
int32_t onnx_tensor_element_type(const onnx_message *tensor);
const int64_t *onnx_tensor_dims(const onnx_message *tensor, size_t *rank);
bool onnx_tensor_has_segment(const onnx_message *tensor);
bool onnx_tensor_is_external(const onnx_message *tensor);
size_t onnx_tensor_external_count(const onnx_message *tensor);
onnx_bytes onnx_tensor_external_key(const onnx_message *tensor, size_t index);
onnx_bytes onnx_tensor_external_value(const onnx_message *tensor, size_t index);
size_t onnx_tensor_raw_size(const onnx_message *tensor);
/// The number of values in the typed field that the element type uses.
size_t onnx_tensor_typed_count(const onnx_message *tensor);
/// Copies `raw_data` or, where that is empty, the typed values to memory that holds exactly them; false if a typed value
/// does not fit its element type.
bool onnx_tensor_copy_elements(const onnx_message *tensor, void *destination);
/// Clears everything but name, doc string and unknown fields, and returns the memory.
bool onnx_tensor_strip(onnx_message *tensor);

bool onnx_tensor_set(onnx_message *tensor, onnx_bytes name, int32_t type, const int64_t *dims, size_t rank);
bool onnx_tensor_set_raw(onnx_message *tensor, onnx_bytes bytes);
bool onnx_tensor_add_external(onnx_message *tensor, onnx_bytes key, onnx_bytes value);

#ifdef __cplusplus
}
#endif
