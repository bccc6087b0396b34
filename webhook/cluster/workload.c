/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/workload.h"

#include "base/text.h"

enum { SECOND_US = 1000000 };

struct workload *workload_create(const char *uid)
{
    struct workload *workload = memory_allocate(sizeof *workload);

    workload->uid = memory_copy_text(uid);
    return workload;
}

void workload_destroy(struct workload *workload)
{
    if (workload == NULL) {
        return;
    }
    free(workload->uid);
    free(workload->namespace_name);
    free(workload->name);
    array_release(&workload->pods);
    verdict_release(&workload->verdict);
    local_queue_unref(workload->local_queue);
    cluster_queue_unref(workload->cluster_queue);
    free(workload->charged_queue);
    free(workload->refusal);
    free(workload->preemption);
    admission_destroy(workload->reservation);
    free(workload);
}

void workload_add_pod(struct workload *workload, struct object *pod)
{
    array_append(&workload->pods, pod);
}

void workload_remove_pod(struct workload *workload, const struct object *pod)
{
    for (size_t i = 0; i < workload->pods.count; i++) {
        if (workload->pods.items[i] == pod) {
            array_remove(&workload->pods, i);
            return;
        }
    }
}

static const struct grant *find_start(const struct grant_table *grants, const char *uid)
{
    const struct grant *grant = grant_table_find(grants, uid);

    return grant != NULL && grant->purpose == GRANT_START ? grant : NULL;
}

bool workload_pod_counts(const struct object *pod, const struct grant_table *grants)
{
    return !pod->is_finished && (!pod->is_suspended || find_start(grants, pod->uid) != NULL);
}

size_t workload_count_active_pods(const struct workload *workload, const struct grant_table *grants)
{
    size_t count = 0;

    array_for_each(pod, &workload->pods) {
        count += workload_pod_counts(*pod, grants) ? 1 : 0;
    }
    return count;
}

static bool may_wait(const struct object *object, const struct grant_table *grants)
{
    return object->is_suspended && !object->is_finished && !object->is_deleting &&
           find_start(grants, object->uid) == NULL;
}

static int compare_age(const struct object *left, const struct object *right)
{
    int64_t left_us = left->arrival_us != 0 ? left->arrival_us : left->created_us;
    int64_t right_us = right->arrival_us != 0 ? right->arrival_us : right->created_us;

    return left_us < right_us ? -1 : left_us > right_us;
}

static const struct object *find_oldest_gated(const struct workload *workload,
                                              const struct grant_table *grants)
{
    const struct object *oldest = NULL;

    array_for_each(pod, &workload->pods) {
        if (may_wait(*pod, grants) && (oldest == NULL || compare_age(*pod, oldest) < 0)) {
            oldest = *pod;
        }
    }
    return oldest;
}

static const struct object *owner_if_waiting(const struct object *owner,
                                             const struct grant_table *grants)
{
    return may_wait(owner, grants) ? owner : NULL;
}

const struct object *workload_find_waiting(const struct workload *workload,
                                           const struct grant_table *grants)
{
    const struct object *owner = workload->owner;

    if (owner == NULL || owner->is_deleting) {
        return NULL;
    }
    if (owner->kind->id == KIND_NOTEBOOK) {
        bool is_ours = owner->is_suspended && owner->stopped_by != NULL;
        return is_ours               ? owner_if_waiting(owner, grants)
               : owner->is_suspended ? NULL
                                     : find_oldest_gated(workload, grants);
    }
    return owner_if_waiting(owner, grants);
}

static bool is_told(const struct workload *workload, const char *condition)
{
    return workload->record != NULL &&
           condition_list_is_true(&workload->record->conditions, condition);
}

bool workload_is_evicting(const struct workload *workload)
{
    return workload->record != NULL && workload->record->admission != NULL &&
           is_told(workload, "Evicted");
}

bool workload_is_reserved(const struct workload *workload)
{
    const struct workload_object *record = workload->record;

    return workload->reservation != NULL ||
           (record != NULL && record->admission != NULL && is_told(workload, "QuotaReserved") &&
            !is_told(workload, "Admitted") && !workload_is_evicting(workload));
}

/* A Notebook holds by what its record says until the record is gone: only then may another have
 * what it held, also if we die in between. One that we let go carries its admission itself until
 * its record says so. */
static const struct admission *notebook_admission(const struct workload *workload)
{
    const struct object *notebook = workload->owner;

    if (workload->record != NULL && workload->record->admission != NULL) {
        return workload->record->admission;
    }
    return notebook->is_suspended ? NULL : notebook->admission;
}

/* What does not run yet holds by its reservation, and what is to stop until all of it is gone. */
static const struct admission *reserved_admission(const struct workload *workload)
{
    if (workload->reservation != NULL) {
        return workload->reservation;
    }
    return workload_is_reserved(workload) || workload_is_evicting(workload)
               ? workload->record->admission
               : NULL;
}

static const struct admission *owner_admission(const struct workload *workload)
{
    const struct object *owner = workload->owner;

    if (owner == NULL) {
        return NULL;
    }
    if (owner->kind->id == KIND_NOTEBOOK) {
        return notebook_admission(workload);
    }
    return owner->is_suspended || owner->is_finished ||
                   (owner->is_deleting && owner->kind->id != KIND_POD)
               ? NULL
               : owner->admission;
}

static const struct admission *pod_admission(const struct workload *workload,
                                             const struct grant_table *grants)
{
    array_for_each(pod, &workload->pods) {
        const struct grant *grant = find_start(grants, (*pod)->uid);
        if (grant != NULL) {
            return grant->admission;
        }
        if (workload_pod_counts(*pod, grants) && (*pod)->admission != NULL &&
            text_equal((*pod)->admission->workload_uid, workload->uid)) {
            return (*pod)->admission;
        }
    }
    return NULL;
}

const struct admission *workload_find_admission(const struct workload *workload,
                                                const struct grant_table *grants)
{
    const struct grant *grant = find_start(grants, workload->uid);
    const struct admission *admission =
        grant != NULL ? grant->admission : owner_admission(workload);

    admission = admission != NULL ? admission : reserved_admission(workload);
    if (admission != NULL) {
        return admission;
    }
    /* A Job lives by its own annotation alone: after its user suspended it, Pods that are still
     * there do not admit it again. */
    bool is_job = workload->owner != NULL && workload->owner->kind->id == KIND_JOB;
    return is_job ? NULL : pod_admission(workload, grants);
}

int64_t workload_arrival_us(const struct workload *workload, const struct object *waiting)
{
    bool is_notebook = workload->owner != NULL && workload->owner->kind->id == KIND_NOTEBOOK;

    if (is_notebook && workload->record != NULL && workload->record->arrival_us != 0) {
        return workload->record->arrival_us;
    }
    return waiting->arrival_us != 0 ? waiting->arrival_us : waiting->created_us;
}

const char *workload_find_profile(const struct configuration *configuration,
                                  const struct workload *workload, const struct object *waiting)
{
    if (!configuration->profile_selects_flavor) {
        return NULL;
    }
    return workload->owner->profile != NULL ? workload->owner->profile : waiting->profile;
}

int64_t workload_run_time_us(const struct object *object)
{
    int64_t run_time_us;

    return object->run_time_s > 0 &&
                   !__builtin_mul_overflow(object->run_time_s, (int64_t)SECOND_US, &run_time_us)
               ? run_time_us
               : 0;
}

static int64_t admitted_amount(const struct pod_set_admission *set, const char *resource,
                               bool *out_is_counted)
{
    array_for_each(assignment, &set->assignments) {
        if (text_equal(assignment->resource, resource)) {
            *out_is_counted = true;
            return assignment->amount;
        }
    }
    *out_is_counted = false;
    return 0;
}

bool workload_pod_is_within(const struct configuration *configuration, const struct object *pod,
                            const struct admission *admission)
{
    const struct pod_set *asked = &pod->pod_sets.items[0];
    const struct pod_set_admission *set =
        admission->pod_sets.count > 0 ? &admission->pod_sets.items[0] : NULL;

    if (pod->mistake != NULL || pod->pod_sets.count == 0 || set == NULL) {
        return false;
    }
    for (size_t i = 0; i < asked->requests.count; i++) {
        const struct resource_amount *request = &asked->requests.items[i];
        bool is_counted;
        int64_t admitted = admitted_amount(set, request->name, &is_counted);
        if (is_counted
                ? request->amount > admitted
                : request->amount > 0 && configuration_manages(configuration, request->name)) {
            return false;
        }
    }
    return true;
}
