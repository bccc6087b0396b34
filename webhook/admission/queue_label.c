/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/queue_label.h"

#include "base/text.h"

static bool has_label(const struct subject *subject)
{
    const char *label = subject->object->queue_name;

    return label != NULL && label[0] != '\0';
}

/* A Job's Pod waits in the queue of its Job, which is not known here. */
static bool follows_job(const struct subject *subject)
{
    return subject->owner_uid != NULL && text_equal(subject->object->controller.kind, "Job");
}

bool queue_label_write(const struct subject *subject, struct decision *decision,
                       struct waiting_advice *out_advice)
{
    const json_t *metadata = json_object_get(subject->review->object, "metadata");
    bool has_labels = json_is_object(json_object_get(metadata, "labels"));

    waiting_advice_make(subject->snapshot, subject->review->namespace_name, subject->object,
                        out_advice);
    if (!has_label(subject) && follows_job(subject)) {
        return false;
    }
    decision->queue = memory_copy_text(out_advice->queue);
    decision->flavor = memory_copy_text(out_advice->flavor);
    if (has_label(subject) || out_advice->queue == NULL) {
        return false;
    }
    json_patch_set_entry(&decision->patch, "/metadata/labels", &has_labels, LABEL_QUEUE_NAME,
                         out_advice->queue);
    return true;
}
