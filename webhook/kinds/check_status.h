/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/array.h"
#include "policy/objects/configuration.h"

enum check_state { CHECK_PENDING, CHECK_READY, CHECK_RETRY, CHECK_REJECTED };

/* What one AdmissionCheck says of a Workload: status.admissionChecks[] (kueue-api.md §3.5). Its
 * controller writes it; we make it and set it back. */
struct check_status {
    char *name;
    enum check_state state;
    char *message;
    int64_t changed_us; /* lastTransitionTime */
    char *others;       /* the fields that we do not know, as JSON text; NULL: none */
};

/* Embedded in its owner and valid when zeroed. */
struct check_status_list ARRAY_OF(struct check_status);

void check_status_list_release(struct check_status_list *list);
void check_status_list_copy(const struct check_status_list *list,
                            struct check_status_list *out_copy);
bool check_status_list_equal(const struct check_status_list *left,
                             const struct check_status_list *right);

/* NULL if there is none of that name. */
const struct check_status *check_status_list_find(const struct check_status_list *list,
                                                  const char *name);
bool check_status_list_has_state(const struct check_status_list *list, enum check_state state);
bool check_status_list_all_ready(const struct check_status_list *list);

/* Makes the list one of exactly these checks: what is new is pending, the others stay. */
void check_status_list_fit(struct check_status_list *list, const struct name_list *names,
                           int64_t now_us);

/* After an eviction: all are pending again, and say what they were. */
void check_status_list_reset(struct check_status_list *list, int64_t now_us);

void check_status_list_decode(const json_t *checks, struct check_status_list *out_list);
json_t *check_status_list_encode(const struct check_status_list *list);

MEMORY_DEFINE_AUTO_RELEASE(check_status_list)
#define auto_check_status_list __attribute__((cleanup(check_status_list_auto_release)))
