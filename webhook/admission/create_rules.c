/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/create_rules.h"

#include <inttypes.h>

#include "base/text.h"
#include "webhook/admission/queue_label.h"
#include "webhook/admission/request_faults.h"
#include "webhook/admission/requester.h"
#include "webhook/admission/reserved_annotations.h"
#include "webhook/kinds/notebook_stop.h"

static bool deny_fault(const struct subject *subject, struct decision *decision)
{
    if (reserved_annotations_count(subject->review->object) > RESERVED_ANNOTATIONS_MAX) {
        decision_deny(decision, DECISION_FORBIDDEN, "ReservedAnnotations",
                      "%s: more than %d annotations " ANNOTATION_PREFIX
                      ", which gpuaas alone writes: remove them",
                      subject->title, RESERVED_ANNOTATIONS_MAX);
        return true;
    }
    return subject->is_ours && (request_faults_deny_amounts(subject, decision) ||
                                request_faults_deny_node(subject, decision));
}

/* suspendMode: Stop: a Notebook waits stopped, from its creation on. */
static bool waits_stopped(const struct subject *subject)
{
    return subject->kind->id == KIND_NOTEBOOK && subject->is_ours &&
           subject->object->asks_managed &&
           (!subject->object->is_suspended || subject->object->stopped_by != NULL) &&
           subject->snapshot->configuration->suspend_mode == SUSPEND_MODE_STOP;
}

/* The annotations that we write on the object. */
struct stamps {
    struct stamp {
        const char *key;
        char *value;
    } items[3];
    size_t count;
};

static void add_stamp_take(struct stamps *stamps, const char *key, char *value)
{
    if (value != NULL) {
        stamps->items[stamps->count++] = (struct stamp){key, value};
    }
}

/* A Notebook arrives with its first Pod, unless it waits without one. */
static void make_stamps(const struct subject *subject, int64_t arrival_us, struct stamps *stamps)
{
    if (!subject->is_ours) {
        return;
    }
    if (subject->kind->id != KIND_NOTEBOOK || waits_stopped(subject)) {
        add_stamp_take(stamps, ANNOTATION_ARRIVAL, text_format("%" PRId64, arrival_us));
    }
    add_stamp_take(stamps, ANNOTATION_OWNER, memory_copy_text(subject->owner_uid));
    add_stamp_take(stamps, ANNOTATION_USER, requester_name(subject));
}

static bool is_overwritten(const struct subject *subject, const struct stamps *stamps,
                           const char *key)
{
    for (size_t i = 0; i < stamps->count; i++) {
        if (text_equal(key, stamps->items[i].key)) {
            return true;
        }
    }
    return waits_stopped(subject) && text_equal(key, ANNOTATION_STOPPED_BY);
}

static void remove_forged(const struct subject *subject, const struct stamps *stamps,
                          struct decision *decision)
{
    json_t *metadata = json_object_get(subject->review->object, "metadata");
    const char *key;
    json_t *value;

    json_object_foreach(json_object_get(metadata, "annotations"), key, value) {
        if (reserved_annotations_have(key) && !is_overwritten(subject, stamps, key)) {
            json_patch_remove_entry(&decision->patch, "/metadata/annotations", key);
            decision_set(decision, DECISION_CLEANED, "ForgedAnnotation");
        }
    }
}

/* Puts the stamps on the object, which frees them. */
static void stamp(struct stamps *stamps, bool *has_annotations, struct decision *decision)
{
    for (size_t i = 0; i < stamps->count; i++) {
        json_patch_set_entry(&decision->patch, "/metadata/annotations", has_annotations,
                             stamps->items[i].key, stamps->items[i].value);
        free(stamps->items[i].value);
    }
}

/* Nobody reads what a controller is told about its children. */
static bool is_told(const struct subject *subject)
{
    bool is_stopped = subject->kind->id == KIND_NOTEBOOK && subject->object->is_suspended;

    return subject->owner_uid == NULL && !is_stopped;
}

/* False if there is nothing by which it could be suspended: its Pods are what waits. */
static bool suspend_object(const struct subject *subject, int64_t arrival_us, bool *has_annotations,
                           struct decision *decision)
{
    if (subject->kind->suspend != NULL) {
        subject->kind->suspend(subject->review->object, &decision->patch);
        return true;
    }
    if (waits_stopped(subject)) {
        notebook_stop_add(subject->object, NOTEBOOK_STOP_WAITING, arrival_us, has_annotations,
                          &decision->patch);
        return true;
    }
    return false;
}

static void suspend(const struct subject *subject, int64_t arrival_us, bool *has_annotations,
                    struct decision *decision)
{
    auto_waiting_advice struct waiting_advice advice = {0};
    bool is_written = queue_label_write(subject, decision, &advice);

    if (suspend_object(subject, arrival_us, has_annotations, decision)) {
        decision_set(decision, DECISION_SUSPENDED, advice.reason);
    } else {
        decision_set(decision, is_written ? DECISION_LABELLED : DECISION_ALLOWED, advice.reason);
    }
    if (advice.warning != NULL && is_told(subject)) {
        decision_warn_take(decision, take_pointer(&advice.warning));
    }
}

void create_rules_apply(const struct subject *subject, int64_t arrival_us,
                        struct decision *decision)
{
    struct stamps stamps = {0};

    if (subject->is_us || deny_fault(subject, decision)) {
        return;
    }
    bool has_annotations = subject->object->has_annotations;
    make_stamps(subject, arrival_us, &stamps);
    remove_forged(subject, &stamps, decision);
    stamp(&stamps, &has_annotations, decision);
    if (subject->is_ours) {
        suspend(subject, arrival_us, &has_annotations, decision);
    }
}
