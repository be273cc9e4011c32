// What the files of this target share: handles as messages, and the guard that keeps exceptions inside.
#pragma once

#include "COnnx.h"

#include <onnx/onnx_pb.h>

#include <new>
#include <string>

inline google::protobuf::MessageLite *message_of(onnx_message *handle) {
    return reinterpret_cast<google::protobuf::MessageLite *>(handle);
}

inline const google::protobuf::MessageLite *message_of(const onnx_message *handle) {
    return reinterpret_cast<const google::protobuf::MessageLite *>(handle);
}

inline onnx_message *handle_of(google::protobuf::MessageLite *message) {
    return reinterpret_cast<onnx_message *>(message);
}

template <typename Message> Message &as(onnx_message *handle) { return static_cast<Message &>(*message_of(handle)); }

template <typename Message> const Message &as(const onnx_message *handle) {
    return static_cast<const Message &>(*message_of(handle));
}

inline onnx_bytes bytes_of(const std::string &text) { return {text.data(), text.size()}; }

inline std::string string_of(onnx_bytes bytes) {
    return bytes.size == 0 ? std::string() : std::string(bytes.data, bytes.size);
}

/// Runs `body`; false if it throws, which only a lack of memory makes protobuf do.
template <typename Body> bool guarded(Body body) noexcept {
    try {
        body();
        return true;
    } catch (...) {
        return false;
    }
}

/// Removes the elements of a repeated field that `isKept` refuses, in one sweep.
template <typename Field, typename Predicate> void keep_only(Field *field, Predicate isKept) {
    int kept = 0;
    for (int index = 0; index < field->size(); ++index) {
        if (isKept(field->Get(index))) {
            if (kept != index) { field->SwapElements(kept, index); }
            ++kept;
        }
    }
    while (field->size() > kept) { field->RemoveLast(); }
}

/// Clears what `Tensors.Tensor` models of a tensor, returning its memory.
void strip_tensor(onnx::TensorProto &tensor);
