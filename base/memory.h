/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>
#include <stdlib.h>

/* Zeroed memory, owned by the caller. Running out of memory aborts the process. */
void *memory_allocate(size_t size_bytes) __attribute__((malloc, returns_nonnull));

/* Resizes like realloc; running out of memory or an overflowing product aborts. */
void *memory_resize(void *memory, size_t count, size_t item_bytes);

/* An owned copy of text, or NULL for NULL. */
char *memory_copy_text(const char *text);

static inline void auto_free_release(void *pointer)
{
    free(*(void **)pointer);
}

/* Frees the pointer at the end of its scope. */
#define auto_free __attribute__((cleanup(auto_free_release)))

/* Moves the pointer out of an owner, which then owns nothing. */
#define take_pointer(owner)                                                                        \
    ({                                                                                             \
        __auto_type take_pointer_value = *(owner);                                                 \
        *(owner) = NULL;                                                                           \
        take_pointer_value;                                                                        \
    })

/* Defines auto_<type>, which destroys a `struct <type> *` at the end of its scope. */
#define MEMORY_DEFINE_AUTO(type)                                                                   \
    static inline void type##_auto_destroy(struct type **owner)                                    \
    {                                                                                              \
        type##_destroy(*owner);                                                                    \
    }

/* Defines the cleanup function of an embedded `struct <type>`. */
#define MEMORY_DEFINE_AUTO_RELEASE(type)                                                           \
    static inline void type##_auto_release(struct type *owner)                                     \
    {                                                                                              \
        type##_release(owner);                                                                     \
    }
