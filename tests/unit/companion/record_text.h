/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "tests/unit/cluster/scene.h"
#include "webhook/companion/record_status.h"

/* 2026-01-01T00:00:00Z: when the conditions below changed last. */
#define THEN "2026-01-01T00:00:00Z"
#define THEN_US 1767225600000000
#define SECOND_US 1000000

#define CONDITION(type, status, reason, message)                                                   \
    "{type: " type ", status: \"" status "\", reason: " reason ", message: \"" message             \
    "\", lastTransitionTime: \"" THEN "\"}"
#define RESERVED CONDITION("QuotaReserved", "True", "QuotaReserved", "")
#define ADMITTED CONDITION("Admitted", "True", "Admitted", "")
#define ADMISSION                                                                                  \
    "admission: {clusterQueue: main, podSetAssignments: [{name: main, count: 1, flavors: "         \
    "{nvidia.com/gpu: a100}, resourceUsage: {nvidia.com/gpu: \"1\"}}]}"
/* The status of what was admitted. */
#define HOLDS ADMISSION ", conditions: [" RESERVED ", " ADMITTED "]"
#define HOLDS_AND(condition) ADMISSION ", conditions: [" RESERVED ", " ADMITTED ", " condition "]"
#define EVICTED(reason) CONDITION("Evicted", "True", reason, "go")
/* The status of what was admitted and is asked to go. */
#define GOES(reason) HOLDS_AND(EVICTED(reason))

/* A Workload object from the fields of its spec and status. */
static inline json_t *record_json(const char *owner, uint64_t version, const char *spec,
                                  const char *status)
{
    auto_free char *yaml = text_format(
        "{metadata: {name: record-%s, uid: record-%s, namespace: team, resourceVersion: \"%" PRIu64
        "\", generation: 3, ownerReferences: [{apiVersion: v1, kind: Pod, name: %s, uid: %s, "
        "controller: true}]}, spec: {podSets: [{name: main, count: 1, template: {spec: "
        "{containers: [{name: main, resources: {limits: {nvidia.com/gpu: 1}}}]}}}], queueName: "
        "research%s}, status: {%s}}",
        owner, owner, version, owner, owner, spec, status);

    return yaml_text(yaml);
}

static inline struct workload_object *record_decode(const char *spec, const char *status)
{
    json_auto_t *json = record_json("pod", 12, spec, status);
    struct workload_object *record = NULL;

    cr_assert(workload_object_decode(json, &record, NULL));
    return record;
}

/* `spec` continues the spec: "" or ", active: false". */
static inline void put_record(struct scene *scene, const char *owner, const char *spec,
                              const char *status)
{
    scene_put_take(scene, RESOURCE_WORKLOAD, record_json(owner, ++scene->version, spec, status));
}

static inline char *format_conditions(const struct condition_list *conditions)
{
    struct text text = {0};

    array_for_each(condition, conditions) {
        text_append_format(&text, "%s%s%s:%s", text.size_bytes > 0 ? " " : "",
                           condition->is_true ? "" : "!", condition->type, condition->reason);
    }
    return text_take(&text);
}

/* "QuotaReserved:QuotaReserved !Admitted:NoReservation": type and reason, `!` where it is false. */
static inline void expect_conditions(const struct record_status *status, const char *expected,
                                     const char *what)
{
    auto_free char *text = format_conditions(&status->conditions);

    cr_expect_str_eq(text, expected, "%s: %s", what, text);
}
