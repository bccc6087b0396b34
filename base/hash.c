/* SPDX-License-Identifier: Apache-2.0 */
#include "base/hash.h"

#include <sys/random.h>

uint64_t hash_seed;

__attribute__((constructor)) static void choose_seed(void)
{
    if (getrandom(&hash_seed, sizeof hash_seed, 0) != sizeof hash_seed) {
        abort();
    }
}
