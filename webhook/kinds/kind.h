/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/flavors.h"
#include "webhook/kinds/json_patch.h"
#include "webhook/kinds/names.h"
#include "webhook/kinds/object.h"
#include "webhook/kube/kube_request.h"

enum kind_id { KIND_POD, KIND_JOB, KIND_NOTEBOOK, KIND_COUNT };

/*
 * How one kind of workload waits and starts. A new kind is a file with one of these, a line in
 * kind.c, and a rule in the manifests.
 */
struct kind {
    enum kind_id id;
    const char *name;             /* "Pod" */
    const char *group;            /* "" for core */
    const char *api_version;      /* "v1", "batch/v1" */
    const char *collection;       /* "/apis/batch/v1", before the namespace */
    const char *resource;         /* "jobs" */
    const char *pod_spec_path;    /* "spec.template.spec" */
    const char *pod_spec_pointer; /* "/spec/template/spec" */

    /* Fills what is particular to the kind; the metadata are read already. */
    void (*decode_state)(const json_t *json, struct object *object);
    /* How many pods run at once. */
    int64_t (*read_count)(const json_t *json);
    /* The least that may run (partial admission), 0: all; NULL: always all. */
    int64_t (*read_min_count)(const json_t *json);
    /* True if the JSON waits by our means. */
    bool (*is_suspended)(const json_t *json);
    /* Makes a new object wait; NULL: it waits by its Pods, or stopped. */
    void (*suspend)(const json_t *json, struct json_patch *patch);
    /* Lets it go: only what ends the suspension; placement and annotation come from the caller. */
    void (*resume)(const struct object *object, struct json_patch *patch);
    /* Makes it run with fewer pods than it asks for; NULL: it cannot. */
    void (*shrink)(const struct object *object, int64_t count, struct json_patch *patch);
    /* Undoes that; NULL: as above. */
    void (*restore)(const struct object *object, struct json_patch *patch);
    /* Makes it give back what it holds; NULL: it is deleted, and whose it is makes another. */
    void (*stop)(const struct object *object, const char *reason, int64_t now_us,
                 struct json_patch *patch);
};

const struct kind *kind_get(enum kind_id id);

/* NULL if we do not know the kind. */
const struct kind *kind_find(const char *group, const char *name);

/* The core/v1 PodSpec inside an object, or NULL. Borrowed. */
const json_t *kind_pod_spec(const struct kind *kind, const json_t *json);

/* An owned API path of one object. */
char *kind_object_path(const struct kind *kind, const char *namespace_name, const char *name);

/*
 * The body of the one PATCH (RFC 6902) that starts an object: it carries uid and resourceVersion,
 * so that it applies to exactly what was decided about, or to nothing. Owned text.
 */
char *kind_format_start(const struct object *object, const struct admission *admission,
                        const struct flavor_list *flavors);

/* The same without placement and admission: the namespace is no longer managed. */
char *kind_format_release(const struct object *object);

/*
 * The request that makes an object give back what it holds: a Job is suspended and keeps its place,
 * a Notebook is stopped with our mark, a Pod is deleted. `reason` is one word for the mark. Applies
 * to this very object only, and a patch to this very version.
 */
void kind_format_stop(const struct object *object, const char *reason, int64_t now_us,
                      struct kube_request *out_request);

/* Writes the admission on an object that already runs; nothing of its spec changes. */
char *kind_format_adoption(const struct object *object, const struct admission *admission);

/* Takes the admission off an object that runs on without it. Owned text. */
char *kind_format_withdrawal(const struct object *object);

/* Takes the placement of an earlier start out of the template of a suspended Job. Owned text. */
char *kind_format_restoration(const struct object *object);

extern const struct kind kind_pod;
extern const struct kind kind_job;
extern const struct kind kind_notebook;
