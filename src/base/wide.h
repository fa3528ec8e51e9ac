/* wide: plain loops over arrays, compiled for several vector widths; the loader chooses. The bits stay the same, since
 * the compiler contracts nothing (-ffp-contract=off). */
#ifndef BASE_WIDE_H
#define BASE_WIDE_H

#if defined __x86_64__ && defined __GNUC__ && !defined __clang__ && !defined __SANITIZE_THREAD__ &&                    \
        !defined __SANITIZE_ADDRESS__
#define WIDE_LOOPS __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define WIDE_LOOPS
#endif

#endif
