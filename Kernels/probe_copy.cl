// probe_copy: 16 bytes of each of 32 work-items on their way through local memory, by the instructions that NVIDIA's parts
// have for it, for the host to compare. What kernels could use, and do not rely on yet.
//
//   from    32 x 16 bytes
//   to      32 x 16 bytes, which each work-item finds in local memory
//   FORM 3 gives work-item i the words i, 32 + i, 64 + i, 96 + i: see mma_load_rows; FORM 2 gives odd ones zeros.
// Global size: (32), work-groups of (32).
#pragma OPENCL FP_CONTRACT OFF

#ifndef FORM
#define FORM 0  // 0 plain, 1 cp.async, 2 cp.async with zeros, 3 ldmatrix, 4 cp.async.bulk (sm_90)
#endif

// Local memory by 32-bit addresses, where matrix kernels give 64-bit ones.
#define LOCAL_ADDRESS(pointer) ((uint)(ulong)(pointer))

__kernel __attribute__((reqd_work_group_size(32, 1, 1))) void probe_copy(__global const uint4 *from,
                                                                         __global uint4 *to) {
    __local uint4 tile[32];
    __local ulong barrier_word[1];
    const int lane = (int)get_local_id(0);
#if FORM == 1
    __asm__ volatile("cp.async.cg.shared.global [%0], [%1], 16;\n\tcp.async.commit_group;\n\tcp.async.wait_group 0;"
                     :
                     : "r"(LOCAL_ADDRESS(tile + lane)), "l"(from + lane)
                     : "memory");
#elif FORM == 2
    const uint bytes = lane & 1 ? 0 : 16;
    __asm__ volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;\n\tcp.async.commit_group;\n\tcp.async.wait_group 0;"
                     :
                     : "r"(LOCAL_ADDRESS(tile + lane)), "l"(from + lane), "r"(bytes)
                     : "memory");
#elif FORM == 4
    const uint word = LOCAL_ADDRESS(barrier_word);
    if (lane == 0) {
        __asm__ volatile("mbarrier.init.shared.b64 [%0], 1;\n\tfence.proxy.async.shared::cta;" : : "r"(word) : "memory");
        __asm__ volatile("mbarrier.arrive.expect_tx.shared.b64 _, [%0], 512;" : : "r"(word) : "memory");
        __asm__ volatile(
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1], 512, [%2];"
            :
            : "r"(LOCAL_ADDRESS(tile)), "l"(from), "r"(word)
            : "memory");
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    // A bounded number of tries: a probe must not hang.
    uint done = 0;
    for (int i = 0; i < 100000 && !done; ++i) {
        __asm__ volatile(
            "{\n\t.reg .pred p;\n\tmbarrier.try_wait.parity.shared.b64 p, [%1], 0;\n\tselp.u32 %0, 1, 0, p;\n\t}"
            : "=r"(done)
            : "r"(word)
            : "memory");
    }
#else
    tile[lane] = from[lane];
    barrier_word[0] = 0;
#endif
    barrier(CLK_LOCAL_MEM_FENCE);
#if FORM == 3
    uint a0, a1, a2, a3;
    __asm__ volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                     : "=r"(a0), "=r"(a1), "=r"(a2), "=r"(a3)
                     : "r"(LOCAL_ADDRESS(tile + lane))
                     : "memory");
    to[lane] = (uint4)(a0, a1, a2, a3);
#else
    to[lane] = tile[lane];
#endif
}
