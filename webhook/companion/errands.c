/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/errands.h"

#include "base/clock.h"
#include "base/metrics.h"

static const struct metric writes_metric = {"gpuaas_api_requests_total",
                                            "Requests to the API server by purpose and outcome.",
                                            METRIC_COUNTER,
                                            {"purpose", "outcome"},
                                            NULL,
                                            0};

static const struct {
    const char *name;
    enum kube_urgency urgency;
} kinds[ERRAND_KIND_COUNT] = {
    [ERRAND_START] = {"start", KUBE_URGENT},  [ERRAND_FENCE] = {"fence", KUBE_URGENT},
    [ERRAND_STOP] = {"stop", KUBE_URGENT},    [ERRAND_FETCH] = {"fetch", KUBE_URGENT},
    [ERRAND_ADOPT] = {"adopt", KUBE_ROUTINE}, [ERRAND_RECORD] = {"record", KUBE_ROUTINE},
    [ERRAND_EVENT] = {"event", KUBE_ROUTINE}, [ERRAND_STATUS] = {"status", KUBE_ROUTINE},
};

bool errands_send_take(struct errands *errands, enum errand_kind kind, const char *subject,
                       struct kube_request *request)
{
    uint64_t tag = ++errands->last_tag;

    if (!kube_writer_push_take(errands->writer, kinds[kind].urgency, tag, request)) {
        return false;
    }
    struct errand *errand = memory_allocate(sizeof *errand);
    errand->tag = tag;
    errand->kind = kind;
    errand->subject = memory_copy_text(subject);
    errand->sent_us = clock_monotonic_us();
    HASH_ADD(hh, errands->open, tag, sizeof errand->tag, errand);
    return true;
}

struct errand *errands_take(struct errands *errands, uint64_t tag)
{
    struct errand *errand = NULL;

    HASH_FIND(hh, errands->open, &tag, sizeof tag, errand);
    if (errand != NULL) {
        HASH_DEL(errands->open, errand);
    }
    return errand;
}

void errand_destroy(struct errand *errand)
{
    if (errand != NULL) {
        free(errand->subject);
        free(errand);
    }
}

void errands_forget_all(struct errands *errands)
{
    struct errand *errand;
    struct errand *next;

    HASH_ITER(hh, errands->open, errand, next) {
        HASH_DEL(errands->open, errand);
        errand_destroy(errand);
    }
}

void errands_count(const struct errand *errand, enum kube_outcome outcome)
{
    metrics_add(&writes_metric, 1,
                METRIC_LABELS(kinds[errand->kind].name, kube_outcome_name(outcome)));
}
