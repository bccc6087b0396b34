/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/update_rules.h"

#include <inttypes.h>

#include "base/text.h"
#include "webhook/admission/queue_label.h"
#include "webhook/admission/reserved_annotations.h"
#include "webhook/kinds/notebook_stop.h"

/* Denials would make GitOps loop: the start is undone, and the user is told. */
static void suspend_again(const struct subject *subject, struct decision *decision)
{
    if (subject->is_break_glass) {
        decision_set(decision, DECISION_BREAK_GLASS, "StartedByBreakGlass");
        return;
    }
    subject->kind->suspend(subject->review->object, &decision->patch);
    decision_set(decision, DECISION_RESUSPENDED, "StartedByUser");
    decision_warn_take(decision, text_format("%s stays suspended: it starts by itself when its "
                                             "queue admits it",
                                             subject->title));
}

static void remove_annotation(const struct subject *subject, const char *key,
                              struct decision *decision)
{
    if (object_annotation(subject->review->object, key) != NULL) {
        json_patch_remove_entry(&decision->patch, "/metadata/annotations", key);
    }
}

/* A Job that runs in part asks for all of it again, unless its user says otherwise just now. */
static void make_whole(const struct subject *subject, struct decision *decision)
{
    const struct kind *kind = subject->kind;

    if (kind->read_count(subject->review->object) ==
        kind->read_count(subject->review->old_object)) {
        kind->restore(subject->object, &decision->patch);
    } else {
        remove_annotation(subject, ANNOTATION_PARALLELISM, decision);
    }
}

static void queue_anew(const struct subject *subject, int64_t arrival_us, struct decision *decision)
{
    bool has_annotations = subject->object->has_annotations;
    auto_free char *arrival = text_format("%" PRId64, arrival_us);

    remove_annotation(subject, ANNOTATION_ADMISSION, decision);
    make_whole(subject, decision);
    json_patch_set_entry(&decision->patch, "/metadata/annotations", &has_annotations,
                         ANNOTATION_ARRIVAL, arrival);
    decision_set(decision, DECISION_REQUEUED, "SuspendedByUser");
    decision_warn_take(decision, text_format("%s gives up its place and queues anew, at the tail",
                                             subject->title));
}

static void update_job(const struct subject *subject, int64_t arrival_us, struct decision *decision)
{
    bool was_suspended = subject->old_object->is_suspended;
    bool is_suspended = subject->object->is_suspended;

    if (was_suspended && !is_suspended) {
        suspend_again(subject, decision);
    } else if (!was_suspended && is_suspended && !subject->old_object->is_finished) {
        queue_anew(subject, arrival_us, decision);
    }
}

/* Who stops a Notebook gives up what it holds. Who stops or starts one that we stopped makes it his
 * own again: it then waits by the gate on its Pod. */
static bool is_over(const struct subject *subject, const char *key)
{
    if (text_equal(key, ANNOTATION_ADMISSION)) {
        return subject->old_object->is_suspended != subject->object->is_suspended;
    }
    return text_equal(key, ANNOTATION_STOPPED_BY) &&
           notebook_stop_differs(subject->review->old_object, subject->review->object);
}

/* Who replaces the whole object may not know of what we wrote on it: that stays. */
static void keep_annotations(const struct subject *subject, struct decision *decision)
{
    const json_t *metadata = json_object_get(subject->review->old_object, "metadata");
    json_t *annotations = json_object_get(metadata, "annotations");
    bool has_annotations = subject->object->has_annotations;
    const char *key;
    json_t *value;

    json_object_foreach(annotations, key, value) {
        if (!reserved_annotations_have(key)) {
            continue;
        }
        if (is_over(subject, key)) {
            remove_annotation(subject, key, decision);
        } else if (object_annotation(subject->review->object, key) == NULL) {
            json_patch_set_entry(&decision->patch, "/metadata/annotations", &has_annotations, key,
                                 json_string_value(value));
        }
    }
}

/* Its spec is never touched: its controller would restart it. */
static void update_notebook(const struct subject *subject, struct decision *decision)
{
    auto_waiting_advice struct waiting_advice advice = {0};
    bool is_restarted = subject->old_object->is_suspended && !subject->object->is_suspended;
    const char *uid = object_metadata_text(subject->review->old_object, "uid");

    keep_annotations(subject, decision);
    if (!subject->object->asks_managed) {
        return;
    }
    if (queue_label_write(subject, decision, &advice)) {
        decision_set(decision, DECISION_LABELLED, advice.reason);
    }
    if (is_restarted && advice.warning != NULL &&
        (uid == NULL || !snapshot_is_holder(subject->snapshot, uid))) {
        decision_warn_take(decision, take_pointer(&advice.warning));
    }
}

void update_rules_apply(const struct subject *subject, int64_t arrival_us,
                        struct decision *decision)
{
    if (subject->is_us || !subject->is_ours || subject->review->subresource[0] != '\0') {
        return;
    }
    switch (subject->kind->id) {
    case KIND_JOB:
        update_job(subject, arrival_us, decision);
        break;
    case KIND_NOTEBOOK:
        update_notebook(subject, decision);
        break;
    case KIND_POD:
    case KIND_COUNT:
        break;
    }
}
