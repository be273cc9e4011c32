#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#include "COpenCL.h"

_Bool copencl_load(const char *path, struct COpenCLFunctions *functions, char *message, size_t message_bytes) {
    memset(functions, 0, sizeof *functions);
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *reason = dlerror();
        snprintf(message, message_bytes, "%s", reason ? reason : path);
        return 0;
    }
    // POSIX says that an object pointer from dlsym may be kept as a function pointer; ISO C has no cast for it.
#define COPENCL_FIND(name) \
    { \
        void *symbol = dlsym(library, #name); \
        if (!symbol) { \
            snprintf(message, message_bytes, "%s has no function %s, which OpenCL 1.2 demands", path, #name); \
            return 0; \
        } \
        memcpy(&functions->name, &symbol, sizeof symbol); \
    }
    COPENCL_FUNCTIONS(COPENCL_FIND)
#undef COPENCL_FIND
    return 1;
}
