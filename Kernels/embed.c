// Embeds every kernel file. A new file gets an entry of three lines here, in the order of names; a repository test
// compares the list with the folder.
#include <string.h>

#include "KernelSources.h"

// `#embed` is C23, and clang has it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const struct KernelSource sources[] = {
    {"channel_absmax.cl", (const char[]){
#embed "channel_absmax.cl" suffix(, 0)
    }},
    {"fill.cl", (const char[]){
#embed "fill.cl" suffix(, 0)
    }},
    {"fill_halo.cl", (const char[]){
#embed "fill_halo.cl" suffix(, 0)
    }},
    {"hessian.cl", (const char[]){
#embed "hessian.cl" suffix(, 0)
    }},
    {"histogram.cl", (const char[]){
#embed "histogram.cl" suffix(, 0)
    }},
    {"min_max.cl", (const char[]){
#embed "min_max.cl" suffix(, 0)
    }},
    {"peak_copy.cl", (const char[]){
#embed "peak_copy.cl" suffix(, 0)
    }},
    {"peak_fma.cl", (const char[]){
#embed "peak_fma.cl" suffix(, 0)
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
