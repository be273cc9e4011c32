#pragma once

/// Compiles a function of plain loops several times, also for wider vectors; the loader takes what the processor has.
#if defined(__x86_64__) && defined(__linux__)
#define MK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MK_CLONES
#endif
