/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/array.h"
#include "base/string_map.h"
#include "policy/objects/findings.h"

enum taint_effect {
    TAINT_EFFECT_ANY, /* of a toleration only: every effect */
    TAINT_EFFECT_NO_SCHEDULE,
    TAINT_EFFECT_PREFER_NO_SCHEDULE,
    TAINT_EFFECT_NO_EXECUTE,
};

struct taint {
    char *key;
    char *value; /* may be empty, never NULL */
    enum taint_effect effect;
};

struct toleration {
    char *key; /* empty: every key */
    char *value;
    bool is_exists; /* operator Exists: every value */
    enum taint_effect effect;
    bool has_seconds;
    int64_t seconds;
};

struct taint_list ARRAY_OF(struct taint);
struct toleration_list ARRAY_OF(struct toleration);

enum label_operator {
    LABEL_IN,
    LABEL_NOT_IN,
    LABEL_EXISTS,
    LABEL_DOES_NOT_EXIST,
    LABEL_GREATER_THAN,
    LABEL_LESS_THAN,
};

struct label_requirement {
    char *key;
    enum label_operator operator;
    struct label_values ARRAY_OF(char *) values;
};

/* Requirements that must all hold: one nodeSelectorTerm, or a label selector's expressions. */
struct label_requirement_list ARRAY_OF(struct label_requirement);

/* nodeSelectorTerms of the required node affinity; one of them must hold. Only matchExpressions
 * are kept (kueue-api.md §4.4). */
struct node_affinity ARRAY_OF(struct label_requirement_list);

/* What of a PodSpec decides where the pod may run. */
struct pod_spec {
    struct string_map node_selector;
    struct toleration_list tolerations;
    struct node_affinity required_affinity;
};

void taint_list_release(struct taint_list *list);
void toleration_list_release(struct toleration_list *list);
void label_requirement_list_release(struct label_requirement_list *list);
void pod_spec_release(struct pod_spec *spec);

/* Decodes arrays of the core/v1 shapes; `path` names the place in findings (see findings.h). */
bool taint_list_decode(const json_t *array, const char *path, struct findings *findings,
                       struct taint_list *out_list);
bool toleration_list_decode(const json_t *array, const char *path, struct findings *findings,
                            struct toleration_list *out_list);

/* Decodes core/v1 PodSpec leniently: what it does not understand is left out. */
void pod_spec_decode(const json_t *spec, struct pod_spec *out_spec);

/* True if the toleration tolerates the taint (core/v1 Toleration). */
bool toleration_covers_taint(const struct toleration *toleration, const struct taint *taint);

/* True if every taint that `narrow` tolerates, `wide` tolerates as well, for at least as long. */
bool toleration_covers(const struct toleration *wide, const struct toleration *narrow);

/* As a new core/v1 Toleration. */
json_t *toleration_encode(const struct toleration *toleration);

/* True if the labels satisfy every requirement. */
bool label_requirements_match(const struct label_requirement_list *list,
                              const struct string_map *labels);

MEMORY_DEFINE_AUTO_RELEASE(pod_spec)
#define auto_pod_spec __attribute__((cleanup(pod_spec_auto_release)))
