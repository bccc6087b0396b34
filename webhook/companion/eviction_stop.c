/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/eviction_stop.h"

#include <inttypes.h>

#include "base/failpoint.h"
#include "base/log.h"
#include "base/text.h"
#include "webhook/companion/record_progress.h"

enum { RETRY_MS = 200, RETRY_MS_MAX = 30000, AWAITED_MS = 5000 };

/* A Notebook without Pods need not be stopped: its next Pod is gated. */
static bool needs_stop(const struct evictions *evictions, const struct workload *workload)
{
    const struct object *owner = workload->owner;

    return !owner->is_suspended && !owner->is_deleting && !owner->is_finished &&
           (owner->kind->id != KIND_NOTEBOOK ||
            workload_count_active_pods(workload, &evictions->cluster->grants) > 0);
}

/* True while what was sent last may still come back on the watch, or is not to be tried again yet.
 */
static bool is_awaited(const struct workload *workload, int64_t now_ms)
{
    bool is_seen = workload->owner->resource_version > workload->stopped_version;

    return workload->stop_retry_at_ms > now_ms && (workload->stop_failures > 0 || !is_seen);
}

static bool send(struct evictions *evictions, struct workload *workload,
                 struct kube_request *request, int64_t now_ms)
{
    if (workload->is_stop_in_flight || is_awaited(workload, now_ms)) {
        kube_request_release(request);
        return workload->is_stop_in_flight;
    }
    FAILPOINT("before_stop");
    workload->stopped_version = workload->owner->resource_version;
    workload->is_stop_in_flight =
        errands_send_take(evictions->errands, ERRAND_STOP, workload->uid, request);
    return workload->is_stop_in_flight;
}

bool eviction_stop_send(struct evictions *evictions, struct workload *workload, int64_t now_us,
                        int64_t now_ms)
{
    const struct condition *evicted = condition_list_find(&workload->record->conditions, "Evicted");
    struct kube_request request;

    if (!needs_stop(evictions, workload)) {
        return true;
    }
    kind_format_stop(workload->owner, evicted->reason, now_us, &request);
    return send(evictions, workload, &request, now_ms);
}

bool eviction_stop_withdraw(struct evictions *evictions, struct workload *workload, int64_t now_ms)
{
    const struct object *owner = workload->owner;
    struct kube_request request = {
        .method = KUBE_JSON_PATCH,
        .path = kind_object_path(owner->kind, owner->namespace_name, owner->name),
        .body = kind_format_withdrawal(owner),
        .wants_metadata_only = true,
    };

    return send(evictions, workload, &request, now_ms);
}

bool eviction_stop_must_restore(const struct evictions *evictions, const struct workload *workload)
{
    const struct object *owner = workload->owner;

    return owner->is_suspended && owner->placement != NULL &&
           record_progress_has_let_go(evictions->cluster, workload);
}

/* Kubernetes lets a template change only before the Job has started; that is forgotten first, as it
 * is when the Job resumes. */
static char *format_unstarted(const struct object *job)
{
    auto_free char *version = text_format("%" PRIu64, job->resource_version);
    json_auto_t *patch = json_pack("{s:{s:s, s:s}, s:{s:n}}", "metadata", "uid", job->uid,
                                   "resourceVersion", version, "status", "startTime");

    return json_dumps(patch, JSON_COMPACT);
}

bool eviction_stop_restore(struct evictions *evictions, struct workload *workload, int64_t now_ms)
{
    const struct object *job = workload->owner;
    auto_free char *path = kind_object_path(job->kind, job->namespace_name, job->name);
    struct kube_request request = {
        .method = job->has_start_time ? KUBE_MERGE_PATCH : KUBE_JSON_PATCH,
        .path = text_format("%s%s", path, job->has_start_time ? "/status" : ""),
        .body = job->has_start_time ? format_unstarted(job) : kind_format_restoration(job),
        .wants_metadata_only = true,
    };

    return send(evictions, workload, &request, now_ms);
}

static int backoff_ms(int failures)
{
    int64_t delay_ms = (int64_t)RETRY_MS << (failures < 8 ? failures : 8);

    return delay_ms < RETRY_MS_MAX ? (int)delay_ms : RETRY_MS_MAX;
}

void eviction_stop_note_answer(struct evictions *evictions, const struct errand *errand,
                               const struct kube_answer *answer, int64_t now_ms)
{
    struct workload *workload = cluster_find_workload(evictions->cluster, errand->subject);

    if (workload == NULL) {
        return;
    }
    workload->is_stop_in_flight = false;
    cluster_mark(evictions->cluster, workload);
    if (answer->outcome == KUBE_DONE || answer->outcome == KUBE_NOT_FOUND) {
        /* The watch shows it in a moment; once more if it does not. */
        workload->stop_failures = 0;
        workload->stop_retry_at_ms = now_ms + AWAITED_MS;
        return;
    }
    if (answer->outcome == KUBE_CONFLICT) {
        workload->stop_retry_at_ms = now_ms + RETRY_MS; /* its next version is on the way */
        return;
    }
    workload->stop_retry_at_ms = now_ms + backoff_ms(workload->stop_failures++);
    if (answer->outcome == KUBE_REFUSED && workload->stop_failures == 1) {
        log_warning("what was started cannot be taken back", LOG_TEXT("kind", workload->kind->name),
                    LOG_TEXT("namespace", workload->namespace_name),
                    LOG_TEXT("name", workload->name), LOG_TEXT("error", answer->message));
    }
}
