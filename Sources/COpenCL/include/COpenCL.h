// OpenCL 1.2 without a link to any library: the standard's own headers for types and constants, and a table of its
// functions that is filled at run time. A program that uses only the table starts where there is no OpenCL.
#ifndef HONE_COPENCL_H
#define HONE_COPENCL_H

#define CL_TARGET_OPENCL_VERSION 120
#ifdef __APPLE__
#include <OpenCL/opencl.h>
#else
#include <CL/cl.h>
#endif

// Every function that Hone calls, all of OpenCL 1.2 or older.
#define COPENCL_FUNCTIONS(_) \
    _(clGetPlatformIDs) \
    _(clGetPlatformInfo) \
    _(clGetDeviceIDs) \
    _(clGetDeviceInfo) \
    _(clCreateContext) \
    _(clReleaseContext) \
    _(clCreateCommandQueue) \
    _(clReleaseCommandQueue) \
    _(clCreateBuffer) \
    _(clCreateSubBuffer) \
    _(clReleaseMemObject) \
    _(clCreateProgramWithSource) \
    _(clCreateProgramWithBinary) \
    _(clBuildProgram) \
    _(clGetProgramInfo) \
    _(clGetProgramBuildInfo) \
    _(clReleaseProgram) \
    _(clCreateKernel) \
    _(clSetKernelArg) \
    _(clGetKernelWorkGroupInfo) \
    _(clReleaseKernel) \
    _(clEnqueueNDRangeKernel) \
    _(clEnqueueReadBuffer) \
    _(clEnqueueWriteBuffer) \
    _(clEnqueueCopyBuffer) \
    _(clFlush) \
    _(clFinish) \
    _(clWaitForEvents) \
    _(clGetEventInfo) \
    _(clGetEventProfilingInfo) \
    _(clReleaseEvent)

// One pointer for each function, under the function's own name and type.
struct COpenCLFunctions {
#define COPENCL_MEMBER(name) __typeof__(name) *name;
    COPENCL_FUNCTIONS(COPENCL_MEMBER)
#undef COPENCL_MEMBER
};

// Opens the shared library at `path` and fills the table. Returns true if every function was found. Otherwise `message`,
// of `message_bytes` bytes, says in one line what is wrong, and the table must not be used. The library stays open
// for as long as the process lives: drivers start threads of their own.
_Bool copencl_load(const char *path, struct COpenCLFunctions *functions, char *message, size_t message_bytes);

#endif
