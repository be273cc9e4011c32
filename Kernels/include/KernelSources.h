// The text of every file of this folder that ends in .cl or .clh, as it was when the binary was built.
#ifndef HONE_KERNEL_SOURCES_H
#define HONE_KERNEL_SOURCES_H

#include <stddef.h>

// One embedded file.
struct KernelSource {
    // The file's name with its ending, such as "fill_halo.cl".
    const char *name;
    // Its text in ASCII, with a NUL at the end.
    const char *text;
};

// How many files are embedded.
size_t kernel_source_count(void);

// The file at `index`, which is below the count.
struct KernelSource kernel_source(size_t index);

// The text of the file of that name, with its ending; NULL if there is none.
const char *kernel_source_text(const char *name);

#endif
