/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/queue_pass.h"

#include "base/hash.h"
#include "base/text.h"

/* A shape that did not fit earlier in this pass. */
struct failed_shape {
    uint64_t key;
    const struct queue_candidate *first;
    UT_hash_handle hh;
};

void queue_candidate_list_release(struct queue_candidate_list *list)
{
    array_for_each(candidate, list) {
        verdict_release(&candidate->verdict);
        admission_destroy(candidate->admission);
    }
    array_release(list);
}

static uint64_t shape_key(const struct queue_candidate *candidate)
{
    if (candidate->only_flavor == NULL) {
        return candidate->shape;
    }
    return XXH3_64bits_withSeed(candidate->only_flavor, strlen(candidate->only_flavor),
                                candidate->shape);
}

static void remember_failure(struct failed_shape **failed, const struct queue_candidate *candidate)
{
    struct failed_shape *shape = memory_allocate(sizeof *shape);

    shape->key = shape_key(candidate);
    shape->first = candidate;
    HASH_ADD(hh, *failed, key, sizeof shape->key, shape);
}

static bool repeat_failure(struct failed_shape *failed, struct queue_candidate *candidate)
{
    struct failed_shape *shape;
    uint64_t key = shape_key(candidate);

    HASH_FIND(hh, failed, &key, sizeof key, shape);
    if (shape == NULL) {
        return false;
    }
    verdict_set(&candidate->verdict, shape->first->verdict.kind, shape->first->verdict.message,
                shape->first->verdict.advice);
    return true;
}

static void forget_failures(struct failed_shape **failed)
{
    struct failed_shape *shape;
    struct failed_shape *next;

    HASH_ITER(hh, *failed, shape, next) {
        HASH_DEL(*failed, shape);
        free(shape);
    }
}

static void try_candidate(const struct flavor_rules *rules, struct usage *used,
                          struct failed_shape **failed, struct queue_candidate *candidate)
{
    candidate->is_tried = true;
    if (repeat_failure(*failed, candidate)) {
        return;
    }
    flavors_assign(rules, used, candidate->pod_sets, candidate->only_flavor, &candidate->admission,
                   &candidate->verdict);
    if (candidate->verdict.kind == VERDICT_FITS) {
        flavors_count(candidate->admission, used);
    } else {
        remember_failure(failed, candidate);
    }
}

void queue_pass_run(const struct flavor_rules *rules, struct usage *used,
                    struct queue_candidate_list *candidates)
{
    bool is_strict = rules->queue->queueing_strategy == QUEUEING_STRICT_FIFO;
    struct failed_shape *failed = NULL;

    array_for_each(candidate, candidates) {
        try_candidate(rules, used, &failed, candidate);
        if (is_strict && candidate->verdict.kind == VERDICT_WAITS) {
            break;
        }
    }
    forget_failures(&failed);
}
