/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

/* Counts the owners of a shared immutable object. Embedded; zeroed means one owner. */
struct reference {
    atomic_int others;
};

static inline void reference_take(struct reference *reference)
{
    atomic_fetch_add_explicit(&reference->others, 1, memory_order_relaxed);
}

/* True if that was the last owner, who destroys the object. */
static inline bool reference_drop(struct reference *reference)
{
    return atomic_fetch_sub_explicit(&reference->others, 1, memory_order_acq_rel) == 0;
}

/* Defines <type>_ref and <type>_unref for a struct with a member `references`, on top of
 * <type>_destroy. */
#define REFERENCE_DEFINE(type)                                                                     \
    static inline const struct type *type##_ref(const struct type *shared)                         \
    {                                                                                              \
        reference_take((struct reference *)&shared->references);                                   \
        return shared;                                                                             \
    }                                                                                              \
    static inline void type##_unref(const struct type *shared)                                     \
    {                                                                                              \
        if (shared != NULL && reference_drop((struct reference *)&shared->references)) {           \
            type##_destroy((struct type *)shared);                                                 \
        }                                                                                          \
    }                                                                                              \
    static inline void type##_auto_unref(const struct type **owner)                                \
    {                                                                                              \
        type##_unref(*owner);                                                                      \
    }
