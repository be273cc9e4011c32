// NodeProto.
#include "Messages.h"

#include <climits>

using onnx::AttributeProto;
using onnx::NodeProto;

static const NodeProto &node_of(const onnx_message *node) { return as<NodeProto>(node); }
static int at(size_t index) { return static_cast<int>(index); }

onnx_bytes onnx_node_name(const onnx_message *node) { return bytes_of(node_of(node).name()); }
onnx_bytes onnx_node_operator(const onnx_message *node) { return bytes_of(node_of(node).op_type()); }
onnx_bytes onnx_node_domain(const onnx_message *node) { return bytes_of(node_of(node).domain()); }
size_t onnx_node_input_count(const onnx_message *node) { return node_of(node).input_size(); }
onnx_bytes onnx_node_input(const onnx_message *node, size_t index) { return bytes_of(node_of(node).input(at(index))); }
size_t onnx_node_output_count(const onnx_message *node) { return node_of(node).output_size(); }
onnx_bytes onnx_node_output(const onnx_message *node, size_t index) { return bytes_of(node_of(node).output(at(index))); }
size_t onnx_node_attribute_count(const onnx_message *node) { return node_of(node).attribute_size(); }
onnx_message *onnx_node_attribute(onnx_message *node, size_t index) {
    return handle_of(as<NodeProto>(node).mutable_attribute(at(index)));
}

bool onnx_node_strip(onnx_message *node) {
    return guarded([&] {
        NodeProto &message = as<NodeProto>(node);
        // Present but empty is what some exporters write; that stays.
        if (!message.name().empty()) { message.clear_name(); }
        if (!message.domain().empty()) { message.clear_domain(); }
        message.clear_op_type();
        message.clear_input();
        message.clear_output();
        keep_only(message.mutable_attribute(), [](const AttributeProto &attribute) {
            AttributeProto named;
            named.set_name(attribute.name());
            return attribute.ByteSizeLong() != named.ByteSizeLong();
        });
    });
}

bool onnx_node_set(onnx_message *node, onnx_bytes name, onnx_bytes operator_type, onnx_bytes domain) {
    return guarded([&] {
        NodeProto &message = as<NodeProto>(node);
        if (name.size != 0) { message.set_name(string_of(name)); }
        message.set_op_type(string_of(operator_type));
        if (domain.size != 0) { message.set_domain(string_of(domain)); }
    });
}

bool onnx_node_add_input(onnx_message *node, onnx_bytes name) {
    return guarded([&] { as<NodeProto>(node).add_input(string_of(name)); });
}

bool onnx_node_add_output(onnx_message *node, onnx_bytes name) {
    return guarded([&] { as<NodeProto>(node).add_output(string_of(name)); });
}

onnx_message *onnx_node_add_attribute(onnx_message *node, onnx_bytes bytes, onnx_bytes name) {
    AttributeProto *added = nullptr;
    bool isParsed = false;
    const bool isDone = bytes.size <= INT_MAX && guarded([&] {
        added = as<NodeProto>(node).add_attribute();
        isParsed = added->ParseFromArray(bytes.data, static_cast<int>(bytes.size));
        added->set_name(string_of(name));
    });
    return isDone && isParsed ? handle_of(added) : nullptr;
}

bool onnx_node_remove_attribute(onnx_message *node, size_t index) {
    return guarded([&] { as<NodeProto>(node).mutable_attribute()->DeleteSubrange(at(index), 1); });
}
