/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/update_rules.h"

#include <inttypes.h>

#include "base/text.h"
#include "webhook/admission/queue_label.h"

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

static void queue_anew(const struct subject *subject, int64_t arrival_us, struct decision *decision)
{
    bool has_annotations = subject->object->has_annotations;
    auto_free char *arrival = text_format("%" PRId64, arrival_us);

    if (object_annotation(subject->review->object, ANNOTATION_ADMISSION) != NULL) {
        json_patch_remove_entry(&decision->patch, "/metadata/annotations", ANNOTATION_ADMISSION);
    }
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

/* Its spec is never touched: its controller would restart it. */
static void update_notebook(const struct subject *subject, struct decision *decision)
{
    auto_waiting_advice struct waiting_advice advice = {0};
    bool is_restarted = subject->old_object->is_suspended && !subject->object->is_suspended;
    const char *uid = object_metadata_text(subject->review->old_object, "uid");

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
