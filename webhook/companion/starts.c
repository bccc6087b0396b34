/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/starts.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/failpoint.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "webhook/cluster/intake.h"

enum {
    REFUSALS_MAX = 5,
    RETRY_MS = 200,
    FENCE_RETRY_MS = 500,
    FENCE_REFUSED_MS = 10000,
    DOUBT_MS = 2000,
};

static const double start_bounds[] = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5};
static const struct metric start_metric = {
    "gpuaas_start_seconds", "From the decision to start something to the answer to its patch.",
    METRIC_HISTOGRAM,       {NULL},
    start_bounds,           ARRAY_LENGTH(start_bounds)};
static const struct metric fence_metric = {
    "gpuaas_fences_total", "Grants that were ended unapplied.", METRIC_COUNTER, {NULL}, NULL, 0};

void starts_begin(struct starts *starts, int64_t transitions, const char *grants)
{
    grant_table_release(&starts->cluster->grants);
    starts->transitions = transitions;
    uint64_t carried = grant_text_sequence(grants);
    starts->sequence = carried > starts->sequence ? carried : starts->sequence;
    size_t unreadable = grant_table_inherit(&starts->cluster->grants, grants);
    if (unreadable > 0) {
        log_error("grants in the Lease cannot be read", LOG_NUMBER("count", (int64_t)unreadable));
    }
}

void starts_reconcile(struct starts *starts)
{
    struct grant *grant;
    struct grant *next;

    HASH_ITER(hh, starts->cluster->grants.grants, grant, next) {
        const struct object *object = cluster_find_object(starts->cluster, grant->kind, grant->uid);
        if (object == NULL || object->resource_version > grant->resource_version) {
            cluster_end_grant(starts->cluster, grant);
        }
    }
}

void starts_end(struct starts *starts)
{
    struct grant *grant;
    struct grant *next;

    HASH_ITER(hh, starts->cluster->grants.grants, grant, next) {
        cluster_end_grant(starts->cluster, grant);
    }
    starts->has_unproposed = false;
}

void starts_reserve_take(struct starts *starts, struct change *change)
{
    struct cluster *cluster = starts->cluster;
    bool is_release = change->kind == CHANGE_RELEASE;
    struct grant *grant =
        grant_table_add(&cluster->grants, is_release ? GRANT_RELEASE : GRANT_START, change->object,
                        take_pointer(&change->admission));

    grant->patch = is_release ? kind_format_release(change->object)
                              : kind_format_start(change->object, grant->admission,
                                                  &cluster->directory->flavors);
    grant->decided_us = clock_monotonic_us();
    starts->has_unproposed = true;
    cluster_mark(cluster, change->workload);
}

void starts_propose(struct starts *starts)
{
    struct grant *grant = starts->cluster->grants.grants;

    if (!starts->has_unproposed) {
        return;
    }
    starts->has_unproposed = false;
    starts->sequence++;
    for (; grant != NULL; grant = grant->hh.next) {
        if (grant->stage == GRANT_RESERVED && grant->sequence == 0) {
            grant->sequence = starts->sequence;
        }
    }
    lease_keeper_propose_take(starts->keeper, starts->sequence,
                              grant_table_encode(&starts->cluster->grants, starts->sequence));
}

static const char *first_flavor(const struct admission *admission)
{
    if (admission == NULL || admission->pod_sets.count == 0 ||
        admission->pod_sets.items[0].assignments.count == 0) {
        return NULL;
    }
    return admission->pod_sets.items[0].assignments.items[0].flavor;
}

/* Each decision is told once, when it may not be taken back any more. */
static void tell(const struct starts *starts, const struct grant *grant)
{
    const struct object *object = cluster_find_object(starts->cluster, grant->kind, grant->uid);
    const struct admission *admission = grant->admission;
    int64_t arrival_us = object != NULL && object->arrival_us != 0 ? object->arrival_us : 0;
    int64_t waited_us = arrival_us != 0 ? clock_wall_us() - arrival_us : 0;

    log_info(grant->purpose == GRANT_RELEASE ? "released" : "started",
             LOG_TEXT("kind", grant->kind->name), LOG_TEXT("namespace", grant->namespace_name),
             LOG_TEXT("name", grant->name), LOG_TEXT("uid", grant->uid),
             LOG_TEXT("verdict", grant->purpose == GRANT_RELEASE ? "released" : "admitted"),
             LOG_TEXT("reason", grant->purpose == GRANT_RELEASE ? "the namespace is not managed"
                                                                : "its turn came and it fits"),
             LOG_TEXT("workload", admission != NULL ? admission->workload_uid : NULL),
             LOG_TEXT("queue", admission != NULL ? admission->local_queue : NULL),
             LOG_TEXT("clusterQueue", admission != NULL ? admission->cluster_queue : NULL),
             LOG_TEXT("flavor", first_flavor(admission)), LOG_TEXT("patch", grant->patch),
             LOG_NUMBER("waitedMicros", waited_us));
}

void starts_commit(struct starts *starts, uint64_t sequence)
{
    struct grant *grant = starts->cluster->grants.grants;

    for (; grant != NULL; grant = grant->hh.next) {
        if (grant->stage == GRANT_RESERVED && grant->sequence != 0 && grant->sequence <= sequence) {
            grant->stage = GRANT_COMMITTED;
            FAILPOINT("after_commit");
            tell(starts, grant);
        }
    }
}

static bool send(struct starts *starts, enum errand_kind kind, struct grant *grant,
                 struct kube_request *request)
{
    request->path = kind_object_path(grant->kind, grant->namespace_name, grant->name);
    if (!errands_send_take(starts->errands, kind, grant->uid, request)) {
        return false;
    }
    grant->tag = starts->errands->last_tag;
    grant->stage = GRANT_SENT;
    return true;
}

static void send_start(struct starts *starts, struct grant *grant)
{
    struct kube_request request = {
        .method = KUBE_JSON_PATCH,
        .body = memory_copy_text(grant->patch),
        .wants_metadata_only = true,
    };

    send(starts, ERRAND_START, grant, &request);
}

/* Moves the object's resourceVersion, so that no copy of the start can apply any more. */
static void send_fence(struct starts *starts, struct grant *grant)
{
    auto_free char *value =
        text_format("%" PRId64 "-%" PRIu64, starts->transitions, ++starts->fence_count);
    json_auto_t *body = json_pack("{s:{s:s, s:{s:s}}}", "metadata", "uid", grant->uid,
                                  "annotations", ANNOTATION_FENCE, value);
    struct kube_request request = {
        .method = KUBE_MERGE_PATCH,
        .body = json_dumps(body, JSON_COMPACT),
    };

    log_info("fencing a grant", LOG_TEXT("kind", grant->kind->name),
             LOG_TEXT("namespace", grant->namespace_name), LOG_TEXT("name", grant->name),
             LOG_TEXT("uid", grant->uid), LOG_TEXT("fence", value));
    metrics_add(&fence_metric, 1, NULL);
    send(starts, ERRAND_FENCE, grant, &request);
}

void starts_send_due(struct starts *starts, int64_t now_ms)
{
    struct grant *grant = starts->cluster->grants.grants;

    if (!lease_keeper_is_valid(starts->keeper)) {
        return;
    }
    for (; grant != NULL; grant = grant->hh.next) {
        if (grant->stage != GRANT_COMMITTED || grant->retry_at_ms > now_ms) {
            continue;
        }
        if (grant->must_be_fenced) {
            send_fence(starts, grant);
        } else {
            send_start(starts, grant);
        }
    }
}

static void retry(struct grant *grant, int64_t now_ms, int delay_ms)
{
    grant->stage = GRANT_COMMITTED;
    grant->retry_at_ms = now_ms + delay_ms;
}

/* No copy can apply any more, but one may have: the object has moved, and its next event tells. A
 * fence asks for it if the event does not come. */
static void settle_conflict(struct grant *grant, int64_t now_ms)
{
    grant->must_be_fenced = true;
    retry(grant, now_ms, DOUBT_MS);
}

static void settle_refusal(struct starts *starts, struct grant *grant,
                           const struct kube_answer *answer, int64_t now_ms)
{
    static const int delays_ms[REFUSALS_MAX] = {100, 300, 1000, 3000, 0};
    struct cluster *cluster = starts->cluster;
    const char *uid = grant->admission != NULL ? grant->admission->workload_uid : grant->uid;
    struct workload *workload = cluster_find_workload(cluster, uid);

    if (grant->refusals + 1 < REFUSALS_MAX) {
        retry(grant, now_ms, delays_ms[grant->refusals++]);
        return;
    }
    log_warning("a start is refused", LOG_TEXT("kind", grant->kind->name),
                LOG_TEXT("namespace", grant->namespace_name), LOG_TEXT("name", grant->name),
                LOG_TEXT("error", answer->message));
    if (workload != NULL) {
        free(workload->refusal);
        workload->refusal = text_format("The start was refused: %s", answer->message);
        workload->refused_version = grant->resource_version;
    }
    if (grant->is_uncertain) {
        grant->must_be_fenced = true;
        retry(grant, now_ms, 0);
        return;
    }
    cluster_end_grant(cluster, grant);
}

static void settle_done(struct starts *starts, struct grant *grant,
                        const struct kube_answer *answer, int64_t now_ms)
{
    json_auto_t *json = answer->body != NULL ? json_loads(answer->body, 0, NULL) : NULL;
    uint64_t resource_version = object_resource_version(json);

    metrics_observe(&start_metric, (double)(clock_monotonic_us() - grant->decided_us) / 1e6, NULL);
    if (resource_version > grant->resource_version) {
        cluster_note_started(starts->cluster, grant, resource_version);
        return;
    }
    settle_conflict(grant, now_ms); /* stored, but as what is not known */
}

static void note_start(struct starts *starts, struct grant *grant, const struct kube_answer *answer,
                       int64_t now_ms)
{
    switch (answer->outcome) {
    case KUBE_DONE:
        settle_done(starts, grant, answer, now_ms);
        return;
    case KUBE_CONFLICT:
    case KUBE_ALREADY_EXISTS:
    case KUBE_NOT_FOUND:
        settle_conflict(grant, now_ms);
        return;
    case KUBE_REFUSED:
        settle_refusal(starts, grant, answer, now_ms);
        return;
    case KUBE_UNKNOWN:
        grant->is_uncertain = true;
        retry(grant, now_ms, RETRY_MS);
        return;
    case KUBE_RETRY:
    case KUBE_NOT_SENT:
        retry(grant, now_ms,
              answer->retry_after_seconds > 0 ? answer->retry_after_seconds * 1000 : RETRY_MS);
        return;
    }
}

static enum resource resource_of(const struct grant *grant)
{
    switch (grant->kind->id) {
    case KIND_JOB:
        return RESOURCE_JOB;
    case KIND_NOTEBOOK:
        return RESOURCE_NOTEBOOK;
    case KIND_POD:
    case KIND_COUNT:
        break;
    }
    return RESOURCE_POD;
}

/* The answer shows the object as it is now; what was decided before is over. */
static void note_fence(struct starts *starts, struct grant *grant, const struct kube_answer *answer,
                       int64_t now_ms)
{
    struct cluster *cluster = starts->cluster;
    json_auto_t *json = answer->body != NULL ? json_loads(answer->body, 0, NULL) : NULL;
    auto_free char *uid = memory_copy_text(grant->uid);
    enum resource resource = resource_of(grant);

    if (answer->outcome == KUBE_NOT_FOUND) {
        cluster_end_grant(cluster, grant);
        intake_remove(cluster, resource, uid, now_ms);
        return;
    }
    if (answer->outcome != KUBE_DONE || json == NULL) {
        retry(grant, now_ms, answer->outcome == KUBE_REFUSED ? FENCE_REFUSED_MS : FENCE_RETRY_MS);
        return;
    }
    struct item *item = item_decode(resource, cluster->configuration, json);
    if (item == NULL) {
        cluster_end_grant(cluster, grant);
        intake_dismiss(cluster, resource, uid, now_ms);
        return;
    }
    retry(grant, now_ms, FENCE_RETRY_MS);
    intake_put_take(cluster, item); /* newer than the grant, which is over by that */
}

void starts_note_answer(struct starts *starts, const struct errand *errand,
                        const struct kube_answer *answer, int64_t now_ms)
{
    struct grant *grant = grant_table_find(&starts->cluster->grants, errand->subject);

    if (errand->kind == ERRAND_START && answer->outcome == KUBE_DONE) {
        FAILPOINT("after_patch");
    }
    if (grant == NULL || grant->tag != errand->tag) {
        return; /* over already: its effect was seen before the answer came */
    }
    if (errand->kind == ERRAND_FENCE) {
        note_fence(starts, grant, answer, now_ms);
    } else {
        note_start(starts, grant, answer, now_ms);
    }
}
