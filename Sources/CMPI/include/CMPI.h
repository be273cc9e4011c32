// What Hone needs of MPI 3.1, as plain functions: MPI's own names for its communicators and types are macros, which Swift
// does not see. Without the package's trait `MPI` none of them is defined, and no program uses one.
//
// One thread calls them. Every function that returns an int gives 0, or MPI's code of an error for cmpi_describe.
#ifndef HONE_CMPI_H
#define HONE_CMPI_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// Where a process stands in its job.
struct cmpi_place {
    // From 0 to count - 1.
    int rank;
    int count;
    // Ranks on this rank's node, itself included.
    int node_ranks;
    // Processors that the ranks of this node may use, all of them together.
    int node_processors;
};

// Joins the job that the launcher started. From here on errors are returned rather than ending the program.
int cmpi_join(struct cmpi_place *place);

// Leaves the job; waits for all others to do so.
int cmpi_leave(void);

// Ends the whole job at once, every rank of it, with an exit status.
void cmpi_abort(int status);

// Sends bytes to a rank that waits for as many.
int cmpi_send(const void *bytes, int count, int rank);

// Waits for as many bytes from a rank.
int cmpi_receive(void *bytes, int count, int rank);

// Gives every rank the numbers of all ranks, `place.count` of them.
int cmpi_gather(int mine, int *all);

// An error in words.
void cmpi_describe(int code, char *text, size_t size);

#ifdef __cplusplus
}
#endif

#endif
