#pragma once
#include <stdint.h>

/// Defines `static uint64_t NAME(uint64_t iterations)`: CHAINS registers of type VECTOR that start at OPERAND; each round
/// sends every one through `x = STEP(x, w)`, which does MACS multiply-accumulates, and the function returns all that it did.
///
/// CHAINS independent chains hide the latency of a step (at most 5 cycles x 4 instructions a cycle on processors of today).
/// The empty assembly, whose operands are in registers of class CLASS, keeps the compiler from folding steps together or
/// moving what does not depend on x out of the loop; it costs no instruction.
#define MK_PEAK_LOOP(NAME, VECTOR, OPERAND, CHAINS, CLASS, MACS, STEP)                                                 \
    static uint64_t NAME(uint64_t iterations) {                                                                        \
        VECTOR w = OPERAND, chain[CHAINS];                                                                             \
        for (int i = 0; i < (CHAINS); i++) chain[i] = OPERAND;                                                         \
        for (uint64_t round = 0; round < iterations; round++) {                                                        \
            _Pragma("clang loop unroll(full)") for (int i = 0; i < (CHAINS); i++) {                                    \
                VECTOR x = STEP(chain[i], w);                                                                          \
                __asm__ volatile("" : "+" CLASS(x), "+" CLASS(w));                                                     \
                chain[i] = x;                                                                                          \
            }                                                                                                          \
        }                                                                                                              \
        return iterations * (uint64_t)((CHAINS) * (MACS));                                                             \
    }

/// One a set; each returns 0 for an arithmetic that it has no loop for (mk_peak_arithmetic).
uint64_t mk_peak_scalar(int arithmetic, uint64_t iterations);
#if defined(__x86_64__)
uint64_t mk_peak_avx2(int arithmetic, uint64_t iterations);
uint64_t mk_peak_avxvnni(int arithmetic, uint64_t iterations);
uint64_t mk_peak_avx512vnni(int arithmetic, uint64_t iterations);
#elif defined(__aarch64__)
uint64_t mk_peak_neon(int arithmetic, uint64_t iterations);
#endif
