/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"

/* metav1.Condition. */
struct condition {
    char *type;
    bool is_true;
    char *reason;
    char *message;
    int64_t changed_us; /* lastTransitionTime */
};

/* Embedded in its owner and valid when zeroed. */
struct condition_list ARRAY_OF(struct condition);

void condition_list_release(struct condition_list *list);

/* NULL if there is none of that type. */
const struct condition *condition_list_find(const struct condition_list *list, const char *type);

/* False if there is none of that type. */
bool condition_list_is_true(const struct condition_list *list, const char *type);

/* Sets a condition; the transition time moves only if the status does. */
void condition_list_set(struct condition_list *list, const char *type, bool is_true,
                        const char *reason, const char *message, int64_t now_us);

/* Makes a true condition false and keeps its message as "Previously: …". */
void condition_list_end(struct condition_list *list, const char *type, const char *reason,
                        int64_t now_us);
void condition_list_remove(struct condition_list *list, const char *type);
bool condition_list_equal(const struct condition_list *left, const struct condition_list *right);
void condition_list_copy(const struct condition_list *list, struct condition_list *out_copy);

/* metav1.Condition objects. */
void condition_list_decode(const json_t *conditions, struct condition_list *out_list);
json_t *condition_list_encode(const struct condition_list *list, int64_t observed_generation);

MEMORY_DEFINE_AUTO_RELEASE(condition_list)
#define auto_condition_list __attribute__((cleanup(condition_list_auto_release)))
