/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/admission.h"

#include <string.h>

#include "policy/objects/quantity.h"

static void release_pod_set(struct pod_set_admission *set)
{
    free(set->name);
    array_for_each(assignment, &set->assignments) {
        free(assignment->resource);
        free(assignment->flavor);
    }
    array_release(&set->assignments);
}

void admission_destroy(struct admission *admission)
{
    if (admission == NULL) {
        return;
    }
    free(admission->workload_uid);
    free(admission->cluster_queue);
    free(admission->local_queue);
    array_for_each(set, &admission->pod_sets) {
        release_pod_set(set);
    }
    array_release(&admission->pod_sets);
    free(admission);
}

static void append_assignment(struct pod_set_admission *set, const char *resource,
                              const char *flavor, int64_t amount)
{
    array_append(&set->assignments,
                 ((struct flavor_assignment){.resource = memory_copy_text(resource),
                                             .flavor = memory_copy_text(flavor),
                                             .amount = amount}));
}

static struct pod_set_admission copy_pod_set(const struct pod_set_admission *set, int64_t count)
{
    struct pod_set_admission copy = {.name = memory_copy_text(set->name), .count = count};

    array_for_each(assignment, &set->assignments) {
        append_assignment(&copy, assignment->resource, assignment->flavor, assignment->amount);
    }
    return copy;
}

static struct admission *copy_head(const struct admission *admission)
{
    struct admission *copy = memory_allocate(sizeof *copy);

    copy->workload_uid = memory_copy_text(admission->workload_uid);
    copy->cluster_queue = memory_copy_text(admission->cluster_queue);
    copy->local_queue = memory_copy_text(admission->local_queue);
    return copy;
}

struct admission *admission_copy(const struct admission *admission)
{
    struct admission *copy = copy_head(admission);

    array_for_each(set, &admission->pod_sets) {
        array_append(&copy->pod_sets, copy_pod_set(set, set->count));
    }
    return copy;
}

struct admission *admission_copy_for_pod(const struct admission *admission,
                                         const struct pod_set_admission *set)
{
    struct admission *copy = copy_head(admission);

    array_append(&copy->pod_sets, copy_pod_set(set, 1));
    return copy;
}

const struct pod_set_admission *admission_find_pod_set(const struct admission *admission,
                                                       const char *name)
{
    array_for_each(set, &admission->pod_sets) {
        if (strcmp(set->name, name) == 0) {
            return set;
        }
    }
    return NULL;
}

static json_t *encode_pod_set(const struct pod_set_admission *set)
{
    json_t *flavors = json_object();

    array_for_each(assignment, &set->assignments) {
        json_object_set_new(
            flavors, assignment->resource,
            json_pack("[s, I]", assignment->flavor, (json_int_t)assignment->amount));
    }
    return json_pack("{s:s, s:I, s:o}", "name", set->name, "count", (json_int_t)set->count,
                     "flavors", flavors);
}

json_t *admission_encode(const struct admission *admission)
{
    json_t *pod_sets = json_array();

    array_for_each(set, &admission->pod_sets) {
        json_array_append_new(pod_sets, encode_pod_set(set));
    }
    return json_pack("{s:s, s:s, s:s, s:o}", "workload", admission->workload_uid, "clusterQueue",
                     admission->cluster_queue, "localQueue", admission->local_queue, "podSets",
                     pod_sets);
}

static bool decode_pod_set(const json_t *value, struct pod_set_admission *out_set,
                           struct error *error)
{
    const char *name;
    json_int_t count;
    json_t *flavors;
    const char *resource;
    json_t *pair;

    if (json_unpack((json_t *)value, "{s:s, s:I, s:o}", "name", &name, "count", &count, "flavors",
                    &flavors) != 0 ||
        count < 0) {
        return error_set(error, ERROR_INVALID, "admission: a pod set without name and count");
    }
    out_set->name = memory_copy_text(name);
    out_set->count = count;
    json_object_foreach(flavors, resource, pair) {
        const char *flavor;
        json_int_t amount;
        if (json_unpack(pair, "[s, I]", &flavor, &amount) != 0 || amount < 0) {
            return error_set(error, ERROR_INVALID, "admission: '%s' has no flavor and amount",
                             resource);
        }
        append_assignment(out_set, resource, flavor, amount);
    }
    return true;
}

bool admission_decode(const json_t *value, struct admission **out_admission, struct error *error)
{
    auto_admission struct admission *admission = memory_allocate(sizeof *admission);
    const char *workload_uid;
    const char *cluster_queue;
    const char *local_queue;
    json_t *pod_sets;
    size_t index;
    json_t *pod_set;

    if (json_unpack((json_t *)value, "{s:s, s:s, s:s, s:o}", "workload", &workload_uid,
                    "clusterQueue", &cluster_queue, "localQueue", &local_queue, "podSets",
                    &pod_sets) != 0) {
        return error_set(error, ERROR_INVALID, "admission: a field is missing");
    }
    admission->workload_uid = memory_copy_text(workload_uid);
    admission->cluster_queue = memory_copy_text(cluster_queue);
    admission->local_queue = memory_copy_text(local_queue);
    json_array_foreach(pod_sets, index, pod_set) {
        array_append(&admission->pod_sets, ((struct pod_set_admission){0}));
        if (!decode_pod_set(pod_set, &admission->pod_sets.items[index], error)) {
            return false;
        }
    }
    *out_admission = take_pointer(&admission);
    return true;
}

static json_t *encode_status_pod_set(const struct pod_set_admission *set)
{
    json_t *flavors = json_object();
    json_t *usage = json_object();

    array_for_each(assignment, &set->assignments) {
        char text[QUANTITY_TEXT_BYTES];
        int64_t total;
        if (__builtin_mul_overflow(assignment->amount, set->count, &total)) {
            total = INT64_MAX;
        }
        quantity_format(total, assignment->resource, text);
        json_object_set_new(flavors, assignment->resource, json_string(assignment->flavor));
        json_object_set_new(usage, assignment->resource, json_string(text));
    }
    return json_pack("{s:s, s:I, s:o, s:o}", "name", set->name, "count", (json_int_t)set->count,
                     "flavors", flavors, "resourceUsage", usage);
}

json_t *admission_encode_status(const struct admission *admission)
{
    json_t *assignments = json_array();

    array_for_each(set, &admission->pod_sets) {
        json_array_append_new(assignments, encode_status_pod_set(set));
    }
    return json_pack("{s:s, s:o}", "clusterQueue", admission->cluster_queue, "podSetAssignments",
                     assignments);
}

static bool decode_status_pod_set(const json_t *value, struct pod_set_admission *out_set,
                                  struct error *error)
{
    const char *name = json_string_value(json_object_get(value, "name"));
    const json_t *usage = json_object_get(value, "resourceUsage");
    json_t *flavors = json_object_get(value, "flavors");
    const char *resource;
    json_t *flavor;

    out_set->name = memory_copy_text(name != NULL ? name : "main");
    out_set->count = json_integer_value(json_object_get(value, "count"));
    json_object_foreach(flavors, resource, flavor) {
        int64_t total = 0;
        const json_t *quantity = json_object_get(usage, resource);
        if (!json_is_string(flavor) ||
            (quantity != NULL && !quantity_decode(quantity, resource, &total, error))) {
            return error_set(error, ERROR_INVALID, "status.admission: bad usage of '%s'", resource);
        }
        int64_t divisor = out_set->count > 0 ? out_set->count : 1;
        int64_t per_pod = total / divisor + (total % divisor != 0 ? 1 : 0);
        append_assignment(out_set, resource, json_string_value(flavor), per_pod);
    }
    return true;
}

bool admission_decode_status(const json_t *status_admission, struct admission **out_admission,
                             struct error *error)
{
    auto_admission struct admission *admission = memory_allocate(sizeof *admission);
    const char *cluster_queue =
        json_string_value(json_object_get(status_admission, "clusterQueue"));
    size_t index;
    json_t *pod_set;

    if (cluster_queue == NULL) {
        return error_set(error, ERROR_INVALID, "status.admission: no clusterQueue");
    }
    admission->workload_uid = memory_copy_text("");
    admission->cluster_queue = memory_copy_text(cluster_queue);
    admission->local_queue = memory_copy_text("");
    json_array_foreach(json_object_get(status_admission, "podSetAssignments"), index, pod_set) {
        array_append(&admission->pod_sets, ((struct pod_set_admission){0}));
        if (!decode_status_pod_set(pod_set, &admission->pod_sets.items[index], error)) {
            return false;
        }
    }
    *out_admission = take_pointer(&admission);
    return true;
}
