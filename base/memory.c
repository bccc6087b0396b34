/* SPDX-License-Identifier: Apache-2.0 */
#include "base/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void out_of_memory(size_t size_bytes)
{
    fprintf(stderr, "out of memory: %zu bytes\n", size_bytes);
    abort();
}

void *memory_allocate(size_t size_bytes)
{
    void *memory = calloc(1, size_bytes != 0 ? size_bytes : 1);

    if (memory == NULL) {
        out_of_memory(size_bytes);
    }
    return memory;
}

void *memory_resize(void *memory, size_t count, size_t item_bytes)
{
    size_t size_bytes;

    if (__builtin_mul_overflow(count, item_bytes, &size_bytes)) {
        out_of_memory(SIZE_MAX);
    }
    memory = realloc(memory, size_bytes != 0 ? size_bytes : 1);
    if (memory == NULL) {
        out_of_memory(size_bytes);
    }
    return memory;
}

char *memory_copy_text(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    size_t size_bytes = strlen(text) + 1;
    return memcpy(memory_allocate(size_bytes), text, size_bytes);
}
