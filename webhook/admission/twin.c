/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/twin.h"

#include "base/text.h"
#include "webhook/admission/request_faults.h"
#include "webhook/admission/requester.h"
#include "webhook/admission/reserved_annotations.h"
#include "webhook/kinds/notebook_stop.h"

/* A rule returns true if it denied. */
typedef bool examine(const struct subject *subject, struct decision *decision);

static const char *const nothing_tolerated[] = {NULL};

static bool deny_annotation(const struct subject *subject, const char *key,
                            struct decision *decision)
{
    decision_deny(decision, DECISION_FORBIDDEN, "ReservedAnnotation",
                  "%s: annotation %.253s is written by gpuaas alone: leave it as it is",
                  subject->title, key);
    return true;
}

/* The mark of a Notebook that waits stopped, made by our mutating call. */
static bool is_marked_waiting(const struct subject *subject)
{
    return subject->kind->id == KIND_NOTEBOOK &&
           subject->snapshot->configuration->suspend_mode == SUSPEND_MODE_STOP &&
           text_equal(subject->object->stopped_by, NOTEBOOK_STOP_WAITING);
}

/* The stamp that is not what our mutating call writes; NULL: they all are. */
static const char *find_forged_stamp(const struct subject *subject)
{
    const struct object *object = subject->object;
    auto_free char *user = requester_name(subject);

    if (object->owner_uid != NULL && !text_equal(object->owner_uid, subject->owner_uid)) {
        return ANNOTATION_OWNER;
    }
    return object->user != NULL && !text_equal(object->user, user) ? ANNOTATION_USER : NULL;
}

/* Our mutating call has stamped it: nothing but its stamps may be there. */
static bool deny_forged_stamps(const struct subject *subject, struct decision *decision)
{
    static const char *const of_notebook[] = {ANNOTATION_USER, NULL};
    static const char *const of_waiting[] = {ANNOTATION_USER, ANNOTATION_ARRIVAL,
                                             ANNOTATION_STOPPED_BY, NULL};
    static const char *const of_others[] = {ANNOTATION_USER, ANNOTATION_ARRIVAL, ANNOTATION_OWNER,
                                            NULL};
    const char *const *stamps = !subject->is_ours                    ? nothing_tolerated
                                : subject->kind->id != KIND_NOTEBOOK ? of_others
                                : is_marked_waiting(subject)         ? of_waiting
                                                                     : of_notebook;
    const char *key = reserved_annotations_find_change(NULL, subject->review->object, stamps);

    if (key == NULL) {
        key = find_forged_stamp(subject);
    }
    return key != NULL && deny_annotation(subject, key, decision);
}

static bool deny_lost_suspension(const struct subject *subject, struct decision *decision)
{
    if (!subject->is_ours || subject->kind->suspend == NULL || subject->object->is_suspended) {
        return false;
    }
    decision_deny(decision, DECISION_FORBIDDEN, "SuspensionLost",
                  "%s: its %s was lost on the way: another webhook or policy removes it, or the "
                  "mutating webhook of gpuaas is not installed",
                  subject->title,
                  subject->kind->id == KIND_POD ? "scheduling gate " GATE_ADMISSION
                                                : "spec.suspend");
    return true;
}

static bool deny_bad_amounts(const struct subject *subject, struct decision *decision)
{
    const json_t *before = kind_pod_spec(subject->kind, subject->review->old_object);
    const json_t *after = kind_pod_spec(subject->kind, subject->review->object);

    return subject->is_ours && !json_equal(before, after) &&
           request_faults_deny_amounts(subject, decision);
}

static bool deny_bad_label(const struct subject *subject, struct decision *decision)
{
    bool is_changed = subject->old_object == NULL ||
                      !text_equal(subject->old_object->queue_name, subject->object->queue_name);

    return subject->is_ours && is_changed && request_faults_deny_label(subject, decision);
}

static bool deny_preset_node(const struct subject *subject, struct decision *decision)
{
    return subject->is_ours && request_faults_deny_node(subject, decision);
}

/* True for a Job that its user suspends with this very update. */
static bool is_requeued(const struct subject *subject)
{
    return subject->kind->id == KIND_JOB && !subject->old_object->is_suspended &&
           !subject->old_object->is_finished && subject->object->is_suspended;
}

/* What a user's own stop or start of a Notebook ends, beside what nobody may touch. */
static bool is_stop_changed(const struct subject *subject)
{
    return subject->kind->id == KIND_NOTEBOOK &&
           notebook_stop_differs(subject->review->old_object, subject->review->object);
}

/* The one of these annotations that is there, and is not as it was; NULL: they are gone, or as they
 * were. */
static const char *find_rewritten(const struct subject *subject, const char *const *keys)
{
    const struct review *review = subject->review;

    for (; *keys != NULL; keys++) {
        const char *after = object_annotation(review->object, *keys);
        if (after != NULL && !text_equal(after, object_annotation(review->old_object, *keys))) {
            return *keys;
        }
    }
    return NULL;
}

/* What our mutating call makes of such a Job: no admission, all of its pods, and a later arrival.
 */
static const char *find_forged_requeue(const struct subject *subject)
{
    static const char *const ended[] = {ANNOTATION_ADMISSION, ANNOTATION_PARALLELISM, NULL};

    for (const char *const *key = ended; *key != NULL; key++) {
        if (object_annotation(subject->review->object, *key) != NULL) {
            return *key;
        }
    }
    return subject->object->arrival_us < subject->old_object->arrival_us ? ANNOTATION_ARRIVAL
                                                                         : NULL;
}

static bool deny_changed_stamps(const struct subject *subject, struct decision *decision)
{
    static const char *const of_requeued[] = {ANNOTATION_ARRIVAL, ANNOTATION_ADMISSION,
                                              ANNOTATION_PARALLELISM, NULL};
    static const char *const of_stopped[] = {ANNOTATION_ADMISSION, ANNOTATION_STOPPED_BY, NULL};
    const struct review *review = subject->review;
    const char *const *tolerated = is_requeued(subject)       ? of_requeued
                                   : is_stop_changed(subject) ? of_stopped
                                                              : nothing_tolerated;
    const char *key =
        reserved_annotations_find_change(review->old_object, review->object, tolerated);

    if (key == NULL && is_requeued(subject)) {
        key = find_forged_requeue(subject);
    } else if (key == NULL) {
        key = find_rewritten(subject, tolerated);
    }
    return key != NULL && deny_annotation(subject, key, decision);
}

/* Only the end of the suspension counts: break-glass may do that, and it is told. */
static bool deny_start(const struct subject *subject, struct decision *decision)
{
    bool is_suspendable = subject->kind->suspend != NULL;

    if (!is_suspendable || !subject->old_object->is_suspended || subject->object->is_suspended) {
        return false;
    }
    if (subject->is_break_glass) {
        decision_set(decision, DECISION_BREAK_GLASS, "StartedByBreakGlass");
        return false;
    }
    decision_deny(decision, DECISION_FORBIDDEN, "StartedByUser",
                  "%s: only gpuaas %s: wait until its queue admits it, or delete it",
                  subject->title,
                  subject->kind->id == KIND_POD ? "removes the scheduling gate " GATE_ADMISSION
                                                : "sets spec.suspend to false");
    return true;
}

static bool is_admitted(const struct subject *subject)
{
    const struct object *before = subject->old_object;

    if (before->is_suspended || subject->object->is_suspended || before->is_finished) {
        return false;
    }
    if (subject->kind->id == KIND_NOTEBOOK) {
        return before->uid != NULL && snapshot_is_holder(subject->snapshot, before->uid);
    }
    return before->admission != NULL;
}

/* An object without label is in the default queue, and gets its label without a change. */
static const char *find_queue_name(const struct subject *subject, const char *label)
{
    const struct local_queue *queue = NULL;

    if (label != NULL && label[0] != '\0') {
        return label;
    }
    return directory_resolve_queue(subject->snapshot->directory, subject->review->namespace_name,
                                   NULL, &queue) == QUEUE_RESOLVED
               ? queue->name
               : "";
}

static bool deny_queue_change(const struct subject *subject, struct decision *decision)
{
    static const char *const remedies[] = {
        [KIND_POD] = "delete it and create it anew",
        [KIND_JOB] = "suspend it first",
        [KIND_NOTEBOOK] = "stop it first",
    };
    const char *before = find_queue_name(subject, subject->old_object->queue_name);
    const char *after = find_queue_name(subject, subject->object->queue_name);

    if (text_equal(before, after) || !is_admitted(subject)) {
        return false;
    }
    decision_deny(decision, DECISION_FORBIDDEN, "QueueChanged",
                  "%s: label %s cannot change from '%.63s' to '%.63s' while it holds quota: %s",
                  subject->title, LABEL_QUEUE_NAME, before, after, remedies[subject->kind->id]);
    return true;
}

/* The number of pods that its admission paid for. */
static int64_t admitted_count(const struct admission *admission)
{
    return admission->pod_sets.count > 0 ? admission->pod_sets.items[0].count : 0;
}

static bool deny_more_pods(const struct subject *subject, struct decision *decision)
{
    if (subject->kind->id != KIND_JOB || !is_admitted(subject)) {
        return false;
    }
    int64_t before = subject->kind->read_count(subject->review->old_object);
    int64_t after = subject->kind->read_count(subject->review->object);
    int64_t paid = admitted_count(subject->old_object->admission);
    int64_t most = before > paid ? before : paid;
    if (after <= most) {
        return false;
    }
    decision_deny(decision, DECISION_FORBIDDEN, "ParallelismRaised",
                  "%s: it was admitted with %lld pods at once and cannot run %lld: suspend it "
                  "first, then it queues with its new size",
                  subject->title, (long long)most, (long long)after);
    return true;
}

static int64_t asked_amount(const struct object *object, const char *resource)
{
    return object->pod_sets.count > 0 ? resources_get(&object->pod_sets.items[0].requests, resource)
                                      : INT64_MAX;
}

/* The resource of which the Pod asks more than before and than was admitted; NULL: none. */
static const char *find_grown(const struct subject *subject)
{
    const struct admission *admission = subject->old_object->admission;

    array_for_each(set, &admission->pod_sets) {
        array_for_each(assignment, &set->assignments) {
            int64_t before = asked_amount(subject->old_object, assignment->resource);
            int64_t after = asked_amount(subject->object, assignment->resource);
            if (after > before && after > assignment->amount) {
                return assignment->resource;
            }
        }
    }
    return NULL;
}

/* pods/resize works on running Pods, whose quota is paid for what they were admitted with. */
static bool deny_growth(const struct subject *subject, struct decision *decision)
{
    if (subject->kind->id != KIND_POD || !is_admitted(subject)) {
        return false;
    }
    const char *resource = find_grown(subject);
    if (resource == NULL) {
        return false;
    }
    decision_deny(decision, DECISION_FORBIDDEN, "Grown",
                  "%s: it was admitted with less %s and cannot grow: delete it and create a "
                  "bigger one, which queues",
                  subject->title, resource);
    return true;
}

static bool deny_any(examine *const *rules, size_t count, const struct subject *subject,
                     struct decision *decision)
{
    for (size_t i = 0; i < count; i++) {
        if (rules[i](subject, decision)) {
            return true;
        }
    }
    return false;
}

void twin_judge(const struct subject *subject, struct decision *decision)
{
    static examine *const of_creation[] = {deny_bad_amounts, deny_preset_node, deny_bad_label,
                                           deny_lost_suspension, deny_forged_stamps};
    static examine *const of_update[] = {deny_changed_stamps, deny_start,     deny_bad_label,
                                         deny_queue_change,   deny_more_pods, deny_growth,
                                         deny_bad_amounts};

    if (subject->is_us) {
        return;
    }
    if (subject->old_object == NULL) {
        deny_any(of_creation, ARRAY_LENGTH(of_creation), subject, decision);
    } else {
        deny_any(of_update, ARRAY_LENGTH(of_update), subject, decision);
    }
}
