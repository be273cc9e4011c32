// Compiled only where the package's trait `MPI` is enabled; otherwise this file is empty.
#ifdef HONE_MPI

#define _GNU_SOURCE
#include "CMPI.h"

#include <sched.h>
#include <stdio.h>
#include <unistd.h>

// Debian and Ubuntu have a link here to the headers of the MPI that was chosen; elsewhere a compiler option names them.
#if __has_include(<mpi/mpi.h>)
#include <mpi/mpi.h>
#else
#include <mpi.h>
#endif

// Messages of one kind, in order.
enum { TAG = 1 };

// The processors of a node are those that any of its ranks may run on: launchers often bind each rank to some of them.
static int count_processors(MPI_Comm node, int *count) {
#ifdef __linux__
    cpu_set_t mine, all;
    CPU_ZERO(&mine);
    CPU_ZERO(&all);
    if (sched_getaffinity(0, sizeof mine, &mine) == 0) {
        int code = MPI_Allreduce(&mine, &all, sizeof mine, MPI_BYTE, MPI_BOR, node);
        *count = CPU_COUNT(&all);
        return code;
    }
#endif
    int online = (int)sysconf(_SC_NPROCESSORS_ONLN);
    return MPI_Allreduce(&online, count, 1, MPI_INT, MPI_MAX, node);
}

int cmpi_join(struct cmpi_place *place) {
    // Serialized: tasks of Swift may go on on another thread, but never two of them call.
    int provided = 0;
    int code = MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &provided);
    if (code == MPI_SUCCESS) code = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    if (code == MPI_SUCCESS) code = MPI_Comm_rank(MPI_COMM_WORLD, &place->rank);
    if (code == MPI_SUCCESS) code = MPI_Comm_size(MPI_COMM_WORLD, &place->count);
    MPI_Comm node;
    if (code == MPI_SUCCESS) {
        code = MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    }
    if (code != MPI_SUCCESS) return code;
    code = MPI_Comm_size(node, &place->node_ranks);
    if (code == MPI_SUCCESS) code = count_processors(node, &place->node_processors);
    int freed = MPI_Comm_free(&node);
    return code == MPI_SUCCESS ? freed : code;
}

int cmpi_leave(void) { return MPI_Finalize(); }

void cmpi_abort(int status) { MPI_Abort(MPI_COMM_WORLD, status); }

int cmpi_send(const void *bytes, int count, int rank) {
    return MPI_Send(bytes, count, MPI_BYTE, rank, TAG, MPI_COMM_WORLD);
}

int cmpi_receive(void *bytes, int count, int rank) {
    MPI_Status status;
    int received = 0;
    int code = MPI_Recv(bytes, count, MPI_BYTE, rank, TAG, MPI_COMM_WORLD, &status);
    if (code == MPI_SUCCESS) code = MPI_Get_count(&status, MPI_BYTE, &received);
    return code == MPI_SUCCESS && received != count ? MPI_ERR_TRUNCATE : code;
}

int cmpi_gather(int mine, int *all) { return MPI_Allgather(&mine, 1, MPI_INT, all, 1, MPI_INT, MPI_COMM_WORLD); }

void cmpi_describe(int code, char *text, size_t size) {
    char words[MPI_MAX_ERROR_STRING];
    int length = 0;
    if (MPI_Error_string(code, words, &length) != MPI_SUCCESS) length = 0;
    snprintf(text, size, "%.*s", length, words);
}

#endif
