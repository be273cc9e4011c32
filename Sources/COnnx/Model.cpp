// ModelProto and its GraphProto.
#include "Messages.h"

#include <climits>

using onnx::GraphProto;
using onnx::ModelProto;

static const ModelProto &model_of(const onnx_message *model) { return as<ModelProto>(model); }
static int at(size_t index) { return static_cast<int>(index); }

bool onnx_model_has_graph(const onnx_message *model) { return model_of(model).has_graph(); }
int64_t onnx_model_ir_version(const onnx_message *model) { return model_of(model).ir_version(); }
onnx_bytes onnx_model_graph_name(const onnx_message *model) { return bytes_of(model_of(model).graph().name()); }

size_t onnx_model_count(const onnx_message *model, onnx_list list) {
    const GraphProto &graph = model_of(model).graph();
    switch (list) {
    case ONNX_LIST_NODE: return graph.node_size();
    case ONNX_LIST_INPUT: return graph.input_size();
    case ONNX_LIST_OUTPUT: return graph.output_size();
    case ONNX_LIST_VALUE_INFO: return graph.value_info_size();
    case ONNX_LIST_INITIALIZER: return graph.initializer_size();
    }
    return 0;
}

onnx_message *onnx_model_element(onnx_message *model, onnx_list list, size_t index) {
    GraphProto &graph = *as<ModelProto>(model).mutable_graph();
    switch (list) {
    case ONNX_LIST_NODE: return handle_of(graph.mutable_node(at(index)));
    case ONNX_LIST_INPUT: return handle_of(graph.mutable_input(at(index)));
    case ONNX_LIST_OUTPUT: return handle_of(graph.mutable_output(at(index)));
    case ONNX_LIST_VALUE_INFO: return handle_of(graph.mutable_value_info(at(index)));
    case ONNX_LIST_INITIALIZER: return handle_of(graph.mutable_initializer(at(index)));
    }
    return nullptr;
}

size_t onnx_model_opset_count(const onnx_message *model) { return model_of(model).opset_import_size(); }
onnx_bytes onnx_model_opset_domain(const onnx_message *model, size_t index) {
    return bytes_of(model_of(model).opset_import(at(index)).domain());
}
int64_t onnx_model_opset_version(const onnx_message *model, size_t index) {
    return model_of(model).opset_import(at(index)).version();
}

size_t onnx_model_metadata_count(const onnx_message *model) { return model_of(model).metadata_props_size(); }
onnx_bytes onnx_model_metadata_key(const onnx_message *model, size_t index) {
    return bytes_of(model_of(model).metadata_props(at(index)).key());
}
onnx_bytes onnx_model_metadata_value(const onnx_message *model, size_t index) {
    return bytes_of(model_of(model).metadata_props(at(index)).value());
}

size_t onnx_model_sparse_initializer_count(const onnx_message *model) {
    return model_of(model).graph().sparse_initializer_size();
}
onnx_bytes onnx_model_sparse_initializer_name(const onnx_message *model, size_t index) {
    return bytes_of(model_of(model).graph().sparse_initializer(at(index)).values().name());
}

bool onnx_model_strip(onnx_message *model) {
    return guarded([&] {
        ModelProto &message = as<ModelProto>(model);
        message.clear_ir_version();
        message.clear_metadata_props();
        GraphProto &graph = *message.mutable_graph();
        graph.clear_name();
        graph.clear_node();
        graph.clear_input();
        graph.clear_output();
        keep_only(graph.mutable_value_info(), [](const auto &value) { return value.ByteSizeLong() != 0; });
        keep_only(graph.mutable_initializer(), [](const onnx::TensorProto &tensor) {
            onnx::TensorProto named;
            named.set_name(tensor.name());
            return tensor.ByteSizeLong() != named.ByteSizeLong();
        });
    });
}

bool onnx_model_set_ir_version(onnx_message *model, int64_t version) {
    return guarded([&] { as<ModelProto>(model).set_ir_version(version); });
}

bool onnx_model_set_graph_name(onnx_message *model, onnx_bytes name) {
    return guarded([&] { as<ModelProto>(model).mutable_graph()->set_name(string_of(name)); });
}

bool onnx_model_add_opset(onnx_message *model, onnx_bytes domain, int64_t version) {
    return guarded([&] {
        onnx::OperatorSetIdProto &opset = *as<ModelProto>(model).add_opset_import();
        opset.set_domain(string_of(domain));
        opset.set_version(version);
    });
}

bool onnx_model_set_opset_version(onnx_message *model, size_t index, int64_t version) {
    return guarded([&] { as<ModelProto>(model).mutable_opset_import(at(index))->set_version(version); });
}

bool onnx_model_remove_opset(onnx_message *model, size_t index) {
    return guarded([&] { as<ModelProto>(model).mutable_opset_import()->DeleteSubrange(at(index), 1); });
}

bool onnx_model_add_metadata(onnx_message *model, onnx_bytes key, onnx_bytes value) {
    return guarded([&] {
        onnx::StringStringEntryProto &entry = *as<ModelProto>(model).add_metadata_props();
        entry.set_key(string_of(key));
        entry.set_value(string_of(value));
    });
}

onnx_message *onnx_model_add(onnx_message *model, onnx_list list, onnx_bytes envelope) {
    google::protobuf::MessageLite *added = nullptr;
    bool isParsed = false;
    const bool isDone = envelope.size <= INT_MAX && guarded([&] {
        GraphProto &graph = *as<ModelProto>(model).mutable_graph();
        switch (list) {
        case ONNX_LIST_NODE: added = graph.add_node(); break;
        case ONNX_LIST_INPUT: added = graph.add_input(); break;
        case ONNX_LIST_OUTPUT: added = graph.add_output(); break;
        case ONNX_LIST_VALUE_INFO: added = graph.add_value_info(); break;
        case ONNX_LIST_INITIALIZER: added = graph.add_initializer(); break;
        }
        isParsed = added && added->ParseFromArray(envelope.data, static_cast<int>(envelope.size));
    });
    return isDone && isParsed ? handle_of(added) : nullptr;
}

bool onnx_model_clear(onnx_message *model, onnx_list list) {
    return guarded([&] {
        GraphProto &graph = *as<ModelProto>(model).mutable_graph();
        switch (list) {
        case ONNX_LIST_NODE: graph.clear_node(); break;
        case ONNX_LIST_INPUT: graph.clear_input(); break;
        case ONNX_LIST_OUTPUT: graph.clear_output(); break;
        case ONNX_LIST_VALUE_INFO: graph.clear_value_info(); break;
        case ONNX_LIST_INITIALIZER: graph.clear_initializer(); break;
        }
    });
}

size_t onnx_model_graph_size(const onnx_message *model) { return model_of(model).graph().ByteSizeLong(); }

bool onnx_model_serialize_graph(const onnx_message *model, void *destination, size_t size) {
    return onnx_serialize(reinterpret_cast<const onnx_message *>(
                              static_cast<const google::protobuf::MessageLite *>(&model_of(model).graph())),
                          destination, size);
}

bool onnx_model_clear_graph(onnx_message *model) {
    return guarded([&] { as<ModelProto>(model).clear_graph(); });
}
