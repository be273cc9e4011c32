// Embeds every kernel file. A new file gets an entry of three lines here, in the order of names; a repository test
// compares the list with the folder.
#include <string.h>

#include "KernelSources.h"

// `#embed` is C23, and clang has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const struct KernelSource sources[] = {
    {"activation_f32.clh", (const char[]){
#embed "activation_f32.clh" suffix(, 0)
    }},
    {"arg_max.cl", (const char[]){
#embed "arg_max.cl" suffix(, 0)
    }},
    {"async_copy.clh", (const char[]){
#embed "async_copy.clh" suffix(, 0)
    }},
    {"average_pool.cl", (const char[]){
#embed "average_pool.cl" suffix(, 0)
    }},
    {"batch_normalization.cl", (const char[]){
#embed "batch_normalization.cl" suffix(, 0)
    }},
    {"broadcast.cl", (const char[]){
#embed "broadcast.cl" suffix(, 0)
    }},
    {"byte_table.cl", (const char[]){
#embed "byte_table.cl" suffix(, 0)
    }},
    {"channel_absmax.cl", (const char[]){
#embed "channel_absmax.cl" suffix(, 0)
    }},
    {"conv_depthwise_f32.cl", (const char[]){
#embed "conv_depthwise_f32.cl" suffix(, 0)
    }},
    {"conv_depthwise_u8.cl", (const char[]){
#embed "conv_depthwise_u8.cl" suffix(, 0)
    }},
    {"conv_f32_block.cl", (const char[]){
#embed "conv_f32_block.cl" suffix(, 0)
    }},
    {"conv_f32_block.clh", (const char[]){
#embed "conv_f32_block.clh" suffix(, 0)
    }},
    {"conv_f32_block_mma.cl", (const char[]){
#embed "conv_f32_block_mma.cl" suffix(, 0)
    }},
    {"conv_u8_block.cl", (const char[]){
#embed "conv_u8_block.cl" suffix(, 0)
    }},
    {"conv_u8_block.clh", (const char[]){
#embed "conv_u8_block.clh" suffix(, 0)
    }},
    {"conv_u8_block_mma.cl", (const char[]){
#embed "conv_u8_block_mma.cl" suffix(, 0)
    }},
    {"conv_u8_block_mma_staged.cl", (const char[]){
#embed "conv_u8_block_mma_staged.cl" suffix(, 0)
    }},
    {"copy_channels.cl", (const char[]){
#embed "copy_channels.cl" suffix(, 0)
    }},
    {"copy_strided.cl", (const char[]){
#embed "copy_strided.cl" suffix(, 0)
    }},
    {"dequantize.cl", (const char[]){
#embed "dequantize.cl" suffix(, 0)
    }},
    {"divide.clh", (const char[]){
#embed "divide.clh" suffix(, 0)
    }},
    {"dot4.clh", (const char[]){
#embed "dot4.clh" suffix(, 0)
    }},
    {"dynamic_quantize.cl", (const char[]){
#embed "dynamic_quantize.cl" suffix(, 0)
    }},
    {"elements.clh", (const char[]){
#embed "elements.clh" suffix(, 0)
    }},
    {"elementwise.cl", (const char[]){
#embed "elementwise.cl" suffix(, 0)
    }},
    {"elementwise_blocked.cl", (const char[]){
#embed "elementwise_blocked.cl" suffix(, 0)
    }},
    {"elementwise_operands.clh", (const char[]){
#embed "elementwise_operands.clh" suffix(, 0)
    }},
    {"elementwise_operations.clh", (const char[]){
#embed "elementwise_operations.clh" suffix(, 0)
    }},
    {"fill.cl", (const char[]){
#embed "fill.cl" suffix(, 0)
    }},
    {"fill_halo.cl", (const char[]){
#embed "fill_halo.cl" suffix(, 0)
    }},
    {"gather.cl", (const char[]){
#embed "gather.cl" suffix(, 0)
    }},
    {"gemm_f32.cl", (const char[]){
#embed "gemm_f32.cl" suffix(, 0)
    }},
    {"gemm_f32_mma.cl", (const char[]){
#embed "gemm_f32_mma.cl" suffix(, 0)
    }},
    {"gemm_u8_block_rows.cl", (const char[]){
#embed "gemm_u8_block_rows.cl" suffix(, 0)
    }},
    {"hessian.cl", (const char[]){
#embed "hessian.cl" suffix(, 0)
    }},
    {"histogram.cl", (const char[]){
#embed "histogram.cl" suffix(, 0)
    }},
    {"instance_normalization.cl", (const char[]){
#embed "instance_normalization.cl" suffix(, 0)
    }},
    {"layout.cl", (const char[]){
#embed "layout.cl" suffix(, 0)
    }},
    {"lrn.cl", (const char[]){
#embed "lrn.cl" suffix(, 0)
    }},
    {"max_pool.cl", (const char[]){
#embed "max_pool.cl" suffix(, 0)
    }},
    {"min_max.cl", (const char[]){
#embed "min_max.cl" suffix(, 0)
    }},
    {"mma.clh", (const char[]){
#embed "mma.clh" suffix(, 0)
    }},
    {"mma_f32.clh", (const char[]){
#embed "mma_f32.clh" suffix(, 0)
    }},
    {"number_order.clh", (const char[]){
#embed "number_order.clh" suffix(, 0)
    }},
    {"peak_copy.cl", (const char[]){
#embed "peak_copy.cl" suffix(, 0)
    }},
    {"peak_dot4.cl", (const char[]){
#embed "peak_dot4.cl" suffix(, 0)
    }},
    {"peak_fma.cl", (const char[]){
#embed "peak_fma.cl" suffix(, 0)
    }},
    {"peak_mma.cl", (const char[]){
#embed "peak_mma.cl" suffix(, 0)
    }},
    {"plane_pool.cl", (const char[]){
#embed "plane_pool.cl" suffix(, 0)
    }},
    {"probe_copy.cl", (const char[]){
#embed "probe_copy.cl" suffix(, 0)
    }},
    {"probe_dot4.cl", (const char[]){
#embed "probe_dot4.cl" suffix(, 0)
    }},
    {"probe_dot4_rate.cl", (const char[]){
#embed "probe_dot4_rate.cl" suffix(, 0)
    }},
    {"probe_floats.cl", (const char[]){
#embed "probe_floats.cl" suffix(, 0)
    }},
    {"probe_local.cl", (const char[]){
#embed "probe_local.cl" suffix(, 0)
    }},
    {"probe_mma.cl", (const char[]){
#embed "probe_mma.cl" suffix(, 0)
    }},
    {"quantization_spread.clh", (const char[]){
#embed "quantization_spread.clh" suffix(, 0)
    }},
    {"quantize.cl", (const char[]){
#embed "quantize.cl" suffix(, 0)
    }},
    {"quantize.clh", (const char[]){
#embed "quantize.clh" suffix(, 0)
    }},
    {"reduce.cl", (const char[]){
#embed "reduce.cl" suffix(, 0)
    }},
    {"requantize.clh", (const char[]){
#embed "requantize.clh" suffix(, 0)
    }},
    {"resize.cl", (const char[]){
#embed "resize.cl" suffix(, 0)
    }},
    {"softmax.cl", (const char[]){
#embed "softmax.cl" suffix(, 0)
    }},
    {"softmax_u8.cl", (const char[]){
#embed "softmax_u8.cl" suffix(, 0)
    }},
    {"top_k.cl", (const char[]){
#embed "top_k.cl" suffix(, 0)
    }},
};

size_t kernel_source_count(void) { return sizeof sources / sizeof sources[0]; }

struct KernelSource kernel_source(size_t index) { return sources[index]; }

const char *kernel_source_text(const char *name) {
    for (size_t index = 0; index < kernel_source_count(); ++index) {
        if (strcmp(sources[index].name, name) == 0) return sources[index].text;
    }
    return NULL;
}
