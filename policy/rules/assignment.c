/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/assignment.h"

#include "base/text.h"

struct admission *assignment_create_admission(const struct cluster_queue *queue)
{
    struct admission *admission = memory_allocate(sizeof *admission);

    admission->workload_uid = memory_copy_text("");
    admission->cluster_queue = memory_copy_text(queue->name);
    admission->local_queue = memory_copy_text("");
    return admission;
}

void assigned_places_release(struct assigned_places *places)
{
    array_for_each(place, places) {
        array_release(&place->picks);
    }
    array_release(places);
}

void assignment_release(struct assignment *assignment)
{
    admission_destroy(assignment->admission);
    array_release(&assignment->amounts);
    assigned_places_release(&assignment->places);
    array_release(&assignment->victims);
    verdict_release(&assignment->verdict);
    shortages_release(&assignment->shortages);
    memset(assignment, 0, sizeof *assignment);
}

void assignment_explain(struct assignment *assignment)
{
    struct verdict *verdict = &assignment->verdict;

    if (assignment->shortages.count == 0) {
        return;
    }
    verdict_set_shortages(verdict, verdict->kind, verdict->reason, &assignment->shortages);
    if (assignment->victims.count > 0) {
        auto_free char *message = take_pointer(&verdict->message);
        verdict->message = text_format("%s. Pending the preemption of %zu workload(s)", message,
                                       assignment->victims.count);
    }
}
