#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_isa.h"

/// What a loop that never leaves the registers does over and over: the roof of every kernel of that arithmetic.
typedef enum {
    /// 8-bit products summed in int32 by the set's fastest instructions: vpdpbusd, sdot; with AVX2 vpmaddubsw, vpmaddwd and
    /// vpaddd, exact where no pair of products saturates.
    MK_PEAK_INT8 = 0,
    /// The same products with operands widened to 16 bits, exact always: vpmaddwd and vpaddd. Sets with 8-bit dot products
    /// need it nowhere and have no such loop.
    MK_PEAK_INT8_WIDENED = 1,
    /// float32 fused multiply-adds.
    MK_PEAK_FLOAT32 = 2,
} mk_peak_arithmetic;

/// Runs `iterations` rounds of independent chains.
///
/// Returns the multiply-accumulates done; 0 where the set has no such loop, or this build none for the set. The processor
/// must run the set.
uint64_t mk_peak(mk_isa isa, mk_peak_arithmetic arithmetic, uint64_t iterations);
