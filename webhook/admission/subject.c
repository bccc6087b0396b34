/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/subject.h"

#include <string.h>

#include "base/text.h"
#include "webhook/admission/managed_amounts.h"
#include "webhook/admission/reserved_annotations.h"

enum { NAME_BYTES_SHOWN = 253 };

#define GROUP_NODES "system:nodes"
#define USERNAME_NODE_PREFIX "system:node:"

static bool is_write(const struct review *review)
{
    return review->operation == OPERATION_CREATE || review->operation == OPERATION_UPDATE;
}

static bool is_watched_subresource(const struct review *review)
{
    return review->subresource[0] == '\0' || text_equal(review->subresource, SUBRESOURCE_RESIZE);
}

/* A namespace that we have not seen is new: the API server has seen its label. */
static bool is_unmanaged_namespace(const struct snapshot *snapshot, const char *name)
{
    const struct namespace_info *known = directory_find_namespace(snapshot->directory, name);

    return known != NULL && !known->is_managed;
}

/* A kubelet shows a static Pod that runs already; others may only claim to. */
static bool is_mirror_pod(const struct subject *subject)
{
    const struct review *review = subject->review;

    return subject->kind->id == KIND_POD &&
           object_annotation(review->object, ANNOTATION_MIRROR_POD) != NULL &&
           text_starts_with(review->username, USERNAME_NODE_PREFIX) &&
           review_user_is_in(review, GROUP_NODES);
}

static bool concerns_us(const struct subject *subject, const struct object *object,
                        const json_t *json)
{
    bool names_queue = object->queue_name != NULL && object->queue_name[0] != '\0';

    if (object->asks_managed || names_queue || object->gate_index >= 0) {
        return true;
    }
    return object->mistake != NULL && managed_amounts_are_named(subject->snapshot->configuration,
                                                                kind_pod_spec(subject->kind, json));
}

static bool is_in_any_group(const struct review *review, const struct name_list *groups)
{
    array_for_each(group, groups) {
        if (review_user_is_in(review, *group)) {
            return true;
        }
    }
    return false;
}

static const struct name_list *find_creators(const struct configuration *configuration,
                                             const struct controller_reference *owner)
{
    const struct {
        const char *kind;
        const char *group_prefix;
        const struct name_list *usernames;
    } controllers[] = {
        {"StatefulSet", "apps/", &configuration->statefulset_controllers},
        {"ReplicaSet", "apps/", &configuration->replicaset_controllers},
        {"Job", "batch/", &configuration->job_controllers},
    };

    for (size_t i = 0; i < ARRAY_LENGTH(controllers); i++) {
        if (text_equal(owner->kind, controllers[i].kind) &&
            text_starts_with(owner->api_version, controllers[i].group_prefix)) {
            return controllers[i].usernames;
        }
    }
    return NULL;
}

/* An ownerReference alone is a claim: it counts if that kind's own controller made the Pod. */
static const char *find_owner_uid(const struct subject *subject)
{
    const struct controller_reference *owner = &subject->object->controller;
    const struct name_list *creators = find_creators(subject->snapshot->configuration, owner);

    if (subject->kind->id != KIND_POD || creators == NULL ||
        !name_list_has(creators, subject->review->username)) {
        return NULL;
    }
    return owner->uid;
}

static char *format_title(const struct subject *subject)
{
    const struct review *review = subject->review;
    const char *name = object_metadata_text(review->object, "name");
    const char *prefix = object_metadata_text(review->object, "generateName");

    name = name != NULL && name[0] != '\0' ? name : prefix;
    return text_format("%s %.*s/%.*s", subject->kind->name, NAME_BYTES_SHOWN,
                       review->namespace_name, NAME_BYTES_SHOWN, name != NULL ? name : "");
}

static void read_user(struct subject *subject)
{
    const struct snapshot *snapshot = subject->snapshot;

    subject->is_us =
        snapshot->username != NULL && text_equal(snapshot->username, subject->review->username);
    subject->is_break_glass =
        is_in_any_group(subject->review, &snapshot->configuration->break_glass_groups);
}

static void read_objects(struct subject *subject)
{
    const struct configuration *configuration = subject->snapshot->configuration;
    const struct review *review = subject->review;

    subject->object = object_decode_submitted(subject->kind, configuration, review->object);
    subject->is_ours = concerns_us(subject, subject->object, review->object);
    if (review->operation == OPERATION_UPDATE) {
        subject->old_object =
            object_decode_submitted(subject->kind, configuration, review->old_object);
        subject->is_ours |= concerns_us(subject, subject->old_object, review->old_object);
    }
    subject->owner_uid = find_owner_uid(subject);
}

static bool has_reserved_annotations(const struct review *review)
{
    return reserved_annotations_count(review->object) > 0 ||
           reserved_annotations_count(review->old_object) > 0;
}

const char *subject_init(struct subject *subject, const struct review *review,
                         const struct snapshot *snapshot)
{
    *subject = (struct subject){
        .review = review, .snapshot = snapshot, .kind = kind_find(review->group, review->kind)};
    if (subject->kind == NULL) {
        return "KindNotManaged";
    }
    if (!is_write(review) || !is_watched_subresource(review)) {
        return "OperationNotManaged";
    }
    if (is_unmanaged_namespace(snapshot, review->namespace_name)) {
        return "NamespaceNotManaged";
    }
    if (is_mirror_pod(subject)) {
        return "MirrorPod";
    }
    if (object_metadata_text(review->old_object, "deletionTimestamp") != NULL) {
        return "BeingDeleted";
    }
    read_objects(subject);
    if (!subject->is_ours && !has_reserved_annotations(review)) {
        return "NothingManaged";
    }
    read_user(subject);
    subject->title = format_title(subject);
    return NULL;
}

void subject_release(struct subject *subject)
{
    object_destroy(subject->object);
    object_destroy(subject->old_object);
    free(subject->title);
    memset(subject, 0, sizeof *subject);
}
