/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The input of a fuzz target as a row of choices; when it has ended, every choice is the first. */
struct byte_source {
    const uint8_t *bytes;
    size_t left;
};

/* Below `sides`, which is at most 256. */
static inline size_t byte_source_choose(struct byte_source *source, size_t sides)
{
    if (source->left == 0) {
        return 0;
    }
    source->left--;
    return *source->bytes++ % sides;
}

/* True for one byte in so many. */
static inline bool byte_source_is_rare(struct byte_source *source, size_t sides)
{
    return byte_source_choose(source, sides) == sides - 1;
}

static inline bool byte_source_flip(struct byte_source *source)
{
    return byte_source_choose(source, 2) == 1;
}

/* Small; now and then as much as there can be: more than any quota. */
static inline int64_t byte_source_amount(struct byte_source *source, size_t sides)
{
    static const int64_t absurd[] = {INT64_MAX, INT64_MAX - 1, INT64_MAX / 2, INT64_C(1) << 40};

    if (byte_source_is_rare(source, 64)) {
        return absurd[byte_source_choose(source, sizeof absurd / sizeof *absurd)];
    }
    return (int64_t)byte_source_choose(source, sides);
}
