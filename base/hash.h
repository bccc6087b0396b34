/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdint.h>

/* Seed of every hash table, chosen at random when the process starts, so that peers who choose
 * names cannot choose collisions. */
extern uint64_t hash_seed;

#define XXH_INLINE_ALL
#include <xxhash.h>

#define HASH_FUNCTION(key, key_bytes, hash_value)                                                  \
    do {                                                                                           \
        (hash_value) = (unsigned)XXH3_64bits_withSeed((key), (key_bytes), hash_seed);              \
    } while (0)
#define uthash_fatal(message) abort()

#include <stdlib.h>
#include <uthash.h>
