// An OpenCL loader that hands every call on to the system's, and makes chosen ones fail. Tests load it in the loader's place
// through HONE_OPENCL_LIBRARY:
//
//   FAULT=clFinish:3:-5    the third call of clFinish fails with status -5; `3+` instead of `3`: the third and all later ones
//   FAULT_FLIP=2:7         of what the second clEnqueueReadBuffer brings, bit 0 of byte 7 is flipped (of the last byte, if there
//                          are fewer)
//   FAULT_GPU=1            every device says that it is a GPU
//   FAULT_COUNTS=FILE      at exit a line for each function that was called: its name and how often
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

enum { LARGEST_COUNT = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct { const char *name; long calls; } counts[LARGEST_COUNT];

// The real function, and the number of this call.
static void *real(const char *name, long *call) {
    pthread_mutex_lock(&lock);
    static void *library;
    if (!library) library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    void *symbol = library ? dlsym(library, name) : NULL;
    int place = 0;
    while (place < LARGEST_COUNT - 1 && counts[place].name && strcmp(counts[place].name, name)) ++place;
    counts[place].name = name;
    *call = ++counts[place].calls;
    pthread_mutex_unlock(&lock);
    if (!symbol) {
        fprintf(stderr, "opencl_faults: no %s in libOpenCL.so.1\n", name);
        exit(70);
    }
    return symbol;
}

// The status that this call must fail with; CL_SUCCESS for none.
static cl_int fault(const char *name, long call) {
    const char *text = getenv("FAULT");
    const size_t length = strlen(name);
    if (!text || strncmp(text, name, length) || text[length] != ':') return CL_SUCCESS;
    char *end;
    const long chosen = strtol(text + length + 1, &end, 10);
    const int lasting = *end == '+';
    if (lasting ? call < chosen : call != chosen) return CL_SUCCESS;
    return (cl_int)strtol(end + lasting + 1, NULL, 10);
}

__attribute__((destructor)) static void write_counts(void) {
    const char *path = getenv("FAULT_COUNTS");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (!file) return;
    for (int k = 0; k < LARGEST_COUNT && counts[k].name; ++k) fprintf(file, "%s %ld\n", counts[k].name, counts[k].calls);
    fclose(file);
}

// A function that returns its status.
#define CALL(name, parameters, arguments) \
    cl_int name parameters { \
        long call; \
        __typeof__(name) *function; \
        *(void **)&function = real(#name, &call); \
        const cl_int status = fault(#name, call); \
        return status != CL_SUCCESS ? status : function arguments; \
    }

// A function that returns a handle, and writes its status where the last parameter says.
#define MAKE(type, name, parameters, arguments) \
    type name parameters { \
        long call; \
        __typeof__(name) *function; \
        *(void **)&function = real(#name, &call); \
        const cl_int failure = fault(#name, call); \
        if (failure == CL_SUCCESS) return function arguments; \
        if (status) *status = failure; \
        return NULL; \
    }

CALL(clGetPlatformIDs, (cl_uint n, cl_platform_id *ids, cl_uint *count), (n, ids, count))
CALL(clGetPlatformInfo, (cl_platform_id p, cl_platform_info what, size_t n, void *value, size_t *size),
     (p, what, n, value, size))
CALL(clGetDeviceIDs, (cl_platform_id p, cl_device_type type, cl_uint n, cl_device_id *ids, cl_uint *count),
     (p, type, n, ids, count))
MAKE(cl_context, clCreateContext,
     (const cl_context_properties *properties, cl_uint n, const cl_device_id *devices,
      void (CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *data, cl_int *status),
     (properties, n, devices, notify, data, status))
CALL(clReleaseContext, (cl_context c), (c))
MAKE(cl_command_queue, clCreateCommandQueue,
     (cl_context c, cl_device_id d, cl_command_queue_properties properties, cl_int *status), (c, d, properties, status))
CALL(clReleaseCommandQueue, (cl_command_queue q), (q))
MAKE(cl_mem, clCreateBuffer, (cl_context c, cl_mem_flags flags, size_t n, void *host, cl_int *status),
     (c, flags, n, host, status))
MAKE(cl_mem, clCreateSubBuffer,
     (cl_mem m, cl_mem_flags flags, cl_buffer_create_type type, const void *region, cl_int *status),
     (m, flags, type, region, status))
CALL(clReleaseMemObject, (cl_mem m), (m))
MAKE(cl_program, clCreateProgramWithSource,
     (cl_context c, cl_uint n, const char **texts, const size_t *lengths, cl_int *status), (c, n, texts, lengths, status))
MAKE(cl_program, clCreateProgramWithBinary,
     (cl_context c, cl_uint n, const cl_device_id *devices, const size_t *lengths, const unsigned char **binaries,
      cl_int *each, cl_int *status),
     (c, n, devices, lengths, binaries, each, status))
CALL(clBuildProgram,
     (cl_program p, cl_uint n, const cl_device_id *devices, const char *options,
      void (CL_CALLBACK *notify)(cl_program, void *), void *data),
     (p, n, devices, options, notify, data))
CALL(clGetProgramInfo, (cl_program p, cl_program_info what, size_t n, void *value, size_t *size), (p, what, n, value, size))
CALL(clGetProgramBuildInfo,
     (cl_program p, cl_device_id d, cl_program_build_info what, size_t n, void *value, size_t *size),
     (p, d, what, n, value, size))
CALL(clReleaseProgram, (cl_program p), (p))
MAKE(cl_kernel, clCreateKernel, (cl_program p, const char *name, cl_int *status), (p, name, status))
CALL(clSetKernelArg, (cl_kernel k, cl_uint index, size_t n, const void *value), (k, index, n, value))
CALL(clGetKernelWorkGroupInfo,
     (cl_kernel k, cl_device_id d, cl_kernel_work_group_info what, size_t n, void *value, size_t *size),
     (k, d, what, n, value, size))
CALL(clReleaseKernel, (cl_kernel k), (k))
CALL(clEnqueueNDRangeKernel,
     (cl_command_queue q, cl_kernel k, cl_uint n, const size_t *offset, const size_t *global, const size_t *local,
      cl_uint waits, const cl_event *list, cl_event *event),
     (q, k, n, offset, global, local, waits, list, event))
CALL(clEnqueueWriteBuffer,
     (cl_command_queue q, cl_mem m, cl_bool blocks, size_t offset, size_t n, const void *bytes, cl_uint waits,
      const cl_event *list, cl_event *event),
     (q, m, blocks, offset, n, bytes, waits, list, event))
CALL(clEnqueueCopyBuffer,
     (cl_command_queue q, cl_mem from, cl_mem to, size_t offset, size_t target, size_t n, cl_uint waits,
      const cl_event *list, cl_event *event),
     (q, from, to, offset, target, n, waits, list, event))
CALL(clFlush, (cl_command_queue q), (q))
CALL(clFinish, (cl_command_queue q), (q))
CALL(clWaitForEvents, (cl_uint n, const cl_event *list), (n, list))
CALL(clGetEventInfo, (cl_event e, cl_event_info what, size_t n, void *value, size_t *size), (e, what, n, value, size))
CALL(clGetEventProfilingInfo, (cl_event e, cl_profiling_info what, size_t n, void *value, size_t *size),
     (e, what, n, value, size))
CALL(clReleaseEvent, (cl_event e), (e))

cl_int clGetDeviceInfo(cl_device_id d, cl_device_info what, size_t n, void *value, size_t *size) {
    long call;
    __typeof__(clGetDeviceInfo) *function;
    *(void **)&function = real("clGetDeviceInfo", &call);
    cl_int status = fault("clGetDeviceInfo", call);
    if (status == CL_SUCCESS) status = function(d, what, n, value, size);
    if (status == CL_SUCCESS && what == CL_DEVICE_TYPE && value && n >= sizeof(cl_device_type) && getenv("FAULT_GPU"))
        *(cl_device_type *)value = CL_DEVICE_TYPE_GPU;
    return status;
}

cl_int clEnqueueReadBuffer(
    cl_command_queue q, cl_mem m, cl_bool blocks, size_t offset, size_t n, void *bytes, cl_uint waits,
    const cl_event *list, cl_event *event) {
    long call;
    __typeof__(clEnqueueReadBuffer) *function;
    *(void **)&function = real("clEnqueueReadBuffer", &call);
    cl_int status = fault("clEnqueueReadBuffer", call);
    if (status == CL_SUCCESS) status = function(q, m, blocks, offset, n, bytes, waits, list, event);
    const char *flip = getenv("FAULT_FLIP");
    if (status == CL_SUCCESS && flip) {
        char *end;
        if (strtol(flip, &end, 10) == call) {
            const size_t place = strtoul(end + 1, NULL, 10);
            ((unsigned char *)bytes)[place < n ? place : n - 1] ^= 1;
        }
    }
    return status;
}
