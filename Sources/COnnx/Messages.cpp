// Parsing, serializing and freeing any message.
#include "Messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl.h>

#include <climits>
#include <memory>

#ifdef __GLIBC__
#include <malloc.h>
#endif

using google::protobuf::MessageLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::FileInputStream;

static std::unique_ptr<MessageLite> make(onnx_kind kind) {
    switch (kind) {
    case ONNX_MODEL: return std::make_unique<onnx::ModelProto>();
    case ONNX_NODE: return std::make_unique<onnx::NodeProto>();
    case ONNX_ATTRIBUTE: return std::make_unique<onnx::AttributeProto>();
    case ONNX_TENSOR: return std::make_unique<onnx::TensorProto>();
    case ONNX_VALUE: return std::make_unique<onnx::ValueInfoProto>();
    }
    return nullptr;
}

static bool parse(MessageLite &message, CodedInputStream &input) {
    input.SetTotalBytesLimit(INT_MAX);
    return message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

template <typename Body> static onnx_message *parsed(onnx_kind kind, onnx_status *status, Body body) noexcept {
    try {
        std::unique_ptr<MessageLite> message = make(kind);
        *status = message && body(*message) ? ONNX_OK : ONNX_MALFORMED;
        return *status == ONNX_OK ? handle_of(message.release()) : nullptr;
    } catch (const std::bad_alloc &) {
        *status = ONNX_OUT_OF_MEMORY;
    } catch (const std::length_error &) {
        *status = ONNX_OUT_OF_MEMORY;
    } catch (...) {
        *status = ONNX_MALFORMED;
    }
    return nullptr;
}

onnx_message *onnx_parse(onnx_kind kind, onnx_bytes bytes, onnx_status *status) {
    if (bytes.size > INT_MAX) {
        *status = ONNX_MALFORMED;
        return nullptr;
    }
    return parsed(kind, status, [&](MessageLite &message) {
        CodedInputStream input(reinterpret_cast<const uint8_t *>(bytes.data), static_cast<int>(bytes.size));
        return parse(message, input);
    });
}

onnx_message *onnx_parse_file(onnx_kind kind, int descriptor, onnx_status *status) {
    return parsed(kind, status, [&](MessageLite &message) {
        FileInputStream file(descriptor, 1 << 20);
        CodedInputStream input(&file);
        return parse(message, input) && file.GetErrno() == 0;
    });
}

void onnx_free(onnx_message *message) {
    const bool isModel = dynamic_cast<onnx::ModelProto *>(message_of(message)) != nullptr;
    delete message_of(message);
#ifdef __GLIBC__
    // The allocator would keep what the weights took in the file, and nothing will ask for as much again.
    if (isModel) malloc_trim(0);
#else
    (void)isModel;
#endif
}

size_t onnx_serialized_size(const onnx_message *message) { return message_of(message)->ByteSizeLong(); }

bool onnx_serialize(const onnx_message *message, void *destination, size_t size) {
    bool isWritten = false;
    return size <= INT_MAX && onnx_serialized_size(message) == size
        && guarded([&] { isWritten = message_of(message)->SerializeToArray(destination, static_cast<int>(size)); })
        && isWritten;
}
