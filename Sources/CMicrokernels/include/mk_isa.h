#pragma once

/// Instruction sets that kernels are written for, one file of each kernel to a set.
typedef enum {
    /// What every processor has; the compiler chooses the instructions.
    MK_ISA_SCALAR = 0,
    /// x86: AVX2 and FMA, 256 bits.
    MK_ISA_AVX2 = 1,
    /// x86: the above with AVX-VNNI, 8-bit dot products of 256 bits.
    MK_ISA_AVXVNNI = 2,
    /// x86: AVX-512 (F, BW, DQ, VL) with VNNI, 8-bit dot products of 512 bits.
    MK_ISA_AVX512VNNI = 3,
    /// Arm: NEON with 8-bit dot products, 128 bits.
    MK_ISA_NEON = 4,
} mk_isa;

/// Whether this processor runs kernels of that set, and this build has them.
int mk_isa_is_available(mk_isa isa);
