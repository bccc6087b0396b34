/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/kind.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "webhook/kinds/placement_patch.h"

static const struct kind *const kinds[KIND_COUNT] = {
    [KIND_POD] = &kind_pod,
    [KIND_JOB] = &kind_job,
    [KIND_NOTEBOOK] = &kind_notebook,
};

const struct kind *kind_get(enum kind_id id)
{
    return kinds[id];
}

const struct kind *kind_find(const char *group, const char *name)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (text_equal(kinds[i]->group, group) && text_equal(kinds[i]->name, name)) {
            return kinds[i];
        }
    }
    return NULL;
}

const json_t *kind_pod_spec(const struct kind *kind, const json_t *json)
{
    const json_t *spec = json_object_get(json, "spec");

    if (kind->id == KIND_POD) {
        return spec;
    }
    return json_object_get(json_object_get(spec, "template"), "spec");
}

char *kind_object_path(const struct kind *kind, const char *namespace_name, const char *name)
{
    return text_format("%s/namespaces/%s/%s/%s", kind->collection, namespace_name, kind->resource,
                       name);
}

/* Preconditions: another uid or resourceVersion is answered with 409. */
static void patch_identity(struct json_patch *patch, const struct object *object)
{
    char version[24];

    snprintf(version, sizeof version, "%llu", (unsigned long long)object->resource_version);
    json_patch_replace(patch, "/metadata/uid", json_string(object->uid));
    json_patch_replace(patch, "/metadata/resourceVersion", json_string(version));
}

static void patch_admission(struct json_patch *patch, const struct object *object,
                            const struct admission *admission)
{
    json_auto_t *encoded = admission_encode(admission);
    auto_free char *text = json_dumps(encoded, JSON_COMPACT);
    bool has_annotations = object->has_annotations;

    json_patch_set_entry(patch, "/metadata/annotations", &has_annotations, ANNOTATION_ADMISSION,
                         text);
}

/* Partial admission: no more pods than it was admitted with. */
static void patch_count(struct json_patch *patch, const struct object *object,
                        const struct admission *admission)
{
    const struct pod_set *set = &object->pod_sets.items[0];
    const struct pod_set_admission *admitted = admission_find_pod_set(admission, set->name);

    if (admitted != NULL && admitted->count < set->count && object->kind->shrink != NULL) {
        object->kind->shrink(object, admitted->count, patch);
    }
}

char *kind_format_start(const struct object *object, const struct admission *admission,
                        const struct flavor_list *flavors)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    patch_admission(&patch, object, admission);
    placement_patch_add(object, admission, flavors, &patch);
    patch_count(&patch, object, admission);
    object->kind->resume(object, &patch);
    return json_dumps(patch.operations, JSON_COMPACT);
}

char *kind_format_release(const struct object *object)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    object->kind->resume(object, &patch);
    return json_dumps(patch.operations, JSON_COMPACT);
}

char *kind_format_adoption(const struct object *object, const struct admission *admission)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    patch_admission(&patch, object, admission);
    return json_dumps(patch.operations, JSON_COMPACT);
}

static char *format_stop(const struct object *object, const char *reason, int64_t now_us)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    if (object->admission != NULL) {
        json_patch_remove_entry(&patch, "/metadata/annotations", ANNOTATION_ADMISSION);
    }
    object->kind->stop(object, reason, now_us, &patch);
    return json_dumps(patch.operations, JSON_COMPACT);
}

static char *format_deletion(const struct object *object)
{
    json_auto_t *options = json_pack("{s:s, s:s, s:{s:s}}", "apiVersion", "v1", "kind",
                                     "DeleteOptions", "preconditions", "uid", object->uid);

    return json_dumps(options, JSON_COMPACT);
}

void kind_format_stop(const struct object *object, const char *reason, int64_t now_us,
                      struct kube_request *out_request)
{
    bool is_deleted = object->kind->stop == NULL;

    *out_request = (struct kube_request){
        .method = is_deleted ? KUBE_DELETE : KUBE_JSON_PATCH,
        .path = kind_object_path(object->kind, object->namespace_name, object->name),
        .body = is_deleted ? format_deletion(object) : format_stop(object, reason, now_us),
        .wants_metadata_only = true,
    };
}

char *kind_format_withdrawal(const struct object *object)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    json_patch_remove_entry(&patch, "/metadata/annotations", ANNOTATION_ADMISSION);
    return json_dumps(patch.operations, JSON_COMPACT);
}

char *kind_format_restoration(const struct object *object)
{
    auto_json_patch struct json_patch patch;

    json_patch_init(&patch);
    patch_identity(&patch, object);
    placement_patch_remove(object, &patch);
    return json_dumps(patch.operations, JSON_COMPACT);
}
