/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "policy/objects/admission.h"
#include "policy/objects/configuration.h"
#include "policy/rules/pod_set.h"

struct kind;

/* metadata.ownerReferences[] with controller: true. */
struct controller_reference {
    char *api_version;
    char *kind;
    char *name;
    char *uid;
};

/* Reads the reference of a JSON object's controller; all NULL if it has none. */
void controller_reference_decode(const json_t *json, struct controller_reference *out_reference);
void controller_reference_release(struct controller_reference *reference);

/*
 * A Pod, Job or Notebook as far as we care: what it asks, where it stands, what we wrote on it.
 * Compact on purpose: a Pod costs 57 KB as a json_t. Immutable once decoded, but for what
 * object_mark_started() notes.
 */
struct object {
    const struct kind *kind;
    char *uid;
    char *namespace_name;
    char *name;
    uint64_t resource_version;
    int64_t created_us;

    char *queue_name;                       /* label; NULL: none */
    char *profile;                          /* hardware profile; NULL: none */
    char *workload_priority_class;          /* label; NULL: none */
    struct controller_reference controller; /* all NULL: none */

    int64_t arrival_us;          /* our stamp; 0: none */
    char *owner_uid;             /* our stamp; NULL: a workload of its own */
    char *user;                  /* our stamp: who made it; NULL: a controller did, or is unknown */
    struct admission *admission; /* ours; NULL: none */
    bool has_annotation_of_ours;

    struct pod_set_list pod_sets; /* one set for each of today's kinds */
    uint64_t shape;
    char *mistake;     /* why the pod sets could not be read; NULL: they were */
    bool asks_managed; /* asks for a managed resource */

    char *priority_class; /* of the pod spec; NULL: none */
    bool has_priority;    /* the API server resolves it for Pods alone */
    int64_t priority;
    int64_t max_execution_s; /* by its label; 0: no limit of ours */
    int64_t run_time_s;      /* declared maximum, by that label or its own deadline; 0: none */

    bool is_deleting;
    bool is_suspended; /* by our gate (Pod), spec.suspend (Job) or the stop annotation */
    char *stopped_by;  /* of a Notebook: why we stopped it; NULL: its user did, or nobody */
    bool is_finished;  /* terminal: its Pods will not run again */
    bool has_failed;
    char *node_name;         /* of a Pod; NULL: not bound */
    int64_t ready_us;        /* of a Pod: since when it is ready; 0: it is not */
    int64_t succeeded_count; /* of a Job: pods that ended well */
    char *placement;         /* of a Job: our note of what a start wrote; NULL: nothing */
    bool has_start_time;     /* of a Job: its template may not be changed yet */
    int64_t whole_count;     /* of a Job started in part: its parallelism before; 0: it was not */

    /* The shape of the JSON at this resourceVersion, for patches. */
    bool has_annotations;
    bool has_node_selector;
    int toleration_count;
    bool has_odh_lock; /* of a Notebook: the lock is there, or our stop took its place */
    int gate_index;    /* of our gate; -1: none */
    int gate_count;
};

/* Decodes any object of the kind. Succeeds even if the pod sets are unreadable (see `mistake`);
 * fails only without uid, name or resourceVersion. */
must_check bool object_decode(const struct kind *kind, const struct configuration *configuration,
                              const json_t *json, struct object **out_object, struct error *error);

/* Decodes an object on its way into the API server, which has no resourceVersion yet, and often
 * neither uid nor name. */
struct object *object_decode_submitted(const struct kind *kind,
                                       const struct configuration *configuration,
                                       const json_t *json);
void object_destroy(struct object *object);

/* True if the object concerns us: it asks for a managed resource, names a queue, carries our gate
 * or one of our annotations. */
bool object_matters(const struct object *object);

/* A whole number, as labels and annotations carry it; false if it is none, negative or too large.
 */
bool object_parse_number(const char *text, int64_t *out_number);

/* Notes that our own start patch was answered: the object is no longer suspended. */
void object_mark_started(struct object *object, const struct admission *admission,
                         uint64_t resource_version);

/* A resourceVersion as a number: comparable within a resource since Kubernetes 1.35, and on every
 * etcd before; 0 if it is none. */
uint64_t object_resource_version(const json_t *json);

/* Borrowed metadata of any JSON object; NULL if absent. */
const char *object_metadata_text(const json_t *json, const char *field);
const char *object_label(const json_t *json, const char *key);
const char *object_annotation(const json_t *json, const char *key);
void object_copy_labels(const json_t *json, struct string_map *out_labels);

MEMORY_DEFINE_AUTO(object)
#define auto_object __attribute__((cleanup(object_auto_destroy)))
