/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/create_rules.h"

#include <inttypes.h>

#include "base/text.h"
#include "webhook/admission/queue_label.h"
#include "webhook/admission/request_faults.h"
#include "webhook/admission/reserved_annotations.h"

/* What the ODH webhook writes into a new Notebook until its own preparations are done. */
#define STOPPED_BY_ODH_LOCK "odh-notebook-controller-lock"

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

static bool is_stamped(const struct subject *subject)
{
    return subject->is_ours && subject->kind->id != KIND_NOTEBOOK;
}

static bool is_overwritten(const struct subject *subject, const char *key)
{
    return is_stamped(subject) &&
           (text_equal(key, ANNOTATION_ARRIVAL) ||
            (text_equal(key, ANNOTATION_OWNER) && subject->owner_uid != NULL));
}

static void remove_forged(const struct subject *subject, struct decision *decision)
{
    json_t *metadata = json_object_get(subject->review->object, "metadata");
    const char *key;
    json_t *value;

    json_object_foreach(json_object_get(metadata, "annotations"), key, value) {
        if (reserved_annotations_have(key) && !is_overwritten(subject, key)) {
            json_patch_remove_entry(&decision->patch, "/metadata/annotations", key);
            decision_set(decision, DECISION_CLEANED, "ForgedAnnotation");
        }
    }
}

static void stamp(const struct subject *subject, int64_t arrival_us, struct decision *decision)
{
    bool has_annotations = subject->object->has_annotations;
    auto_free char *arrival = text_format("%" PRId64, arrival_us);

    if (!is_stamped(subject)) {
        return;
    }
    json_patch_set_entry(&decision->patch, "/metadata/annotations", &has_annotations,
                         ANNOTATION_ARRIVAL, arrival);
    if (subject->owner_uid != NULL) {
        json_patch_set_entry(&decision->patch, "/metadata/annotations", &has_annotations,
                             ANNOTATION_OWNER, subject->owner_uid);
    }
}

/* Nobody reads what a controller is told about its children. */
static bool is_told(const struct subject *subject)
{
    const char *stopped = object_annotation(subject->review->object, ANNOTATION_STOPPED);
    bool is_stopped = subject->kind->id == KIND_NOTEBOOK && stopped != NULL &&
                      !text_equal(stopped, STOPPED_BY_ODH_LOCK);

    return subject->owner_uid == NULL && !is_stopped;
}

static void suspend(const struct subject *subject, struct decision *decision)
{
    auto_waiting_advice struct waiting_advice advice = {0};
    bool is_written = queue_label_write(subject, decision, &advice);

    if (subject->kind->suspend != NULL) {
        subject->kind->suspend(subject->review->object, &decision->patch);
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
    if (subject->is_us || deny_fault(subject, decision)) {
        return;
    }
    remove_forged(subject, decision);
    if (subject->is_ours) {
        stamp(subject, arrival_us, decision);
        suspend(subject, decision);
    }
}
