/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "webhook/kinds/object.h"

struct condition {
    char *type;
    bool is_true;
    char *reason;
    char *message;
    int64_t changed_us; /* lastTransitionTime */
};

struct condition_list ARRAY_OF(struct condition);

/* A kueue.x-k8s.io Workload as stored: what it says of its owner, and what was last written. */
struct workload_object {
    char *uid;
    char *namespace_name;
    char *name;
    uint64_t resource_version;
    char *owner_uid; /* of the controller ownerReference; NULL: none */
    char *queue_name;
    int64_t arrival_us; /* copied from the owner; 0: none */
    bool is_deleting;
    bool is_active;
    struct pod_set_list pod_sets;
    uint64_t shape;
    struct admission *admission; /* status; NULL: none */
    struct condition_list conditions;
};

must_check bool workload_object_decode(const json_t *json, struct workload_object **out_object,
                                       struct error *error);
void workload_object_destroy(struct workload_object *object);

void condition_list_release(struct condition_list *list);

/* NULL if there is none of that type. */
const struct condition *condition_list_find(const struct condition_list *list, const char *type);

/* Sets a condition; the transition time moves only if the status does. */
void condition_list_set(struct condition_list *list, const char *type, bool is_true,
                        const char *reason, const char *message, int64_t now_us);
bool condition_list_equal(const struct condition_list *left, const struct condition_list *right);
void condition_list_copy(const struct condition_list *list, struct condition_list *out_copy);

/* metav1.Condition objects. */
json_t *condition_list_encode(const struct condition_list *list, int64_t observed_generation);
