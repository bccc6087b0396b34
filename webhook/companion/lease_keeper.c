/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/lease_keeper.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/text.h"
#include "base/timed_wait.h"
#include "webhook/cluster/grant.h"
#include "webhook/companion/lease.h"
#include "webhook/kube/kube_client.h"

enum { WRITE_INTERVAL_MS = 5, RETRY_MS = 200, REQUEST_TIMEOUT_MS = 5000, FOLLOWER_POLL_MS = 2000 };

struct lease_keeper {
    struct lease_keeper_options options;
    char *identity;
    char *namespace_name;
    char *name;
    struct kube_client *client;
    pthread_t thread;

    pthread_mutex_t mutex; /* guards the next four */
    pthread_cond_t changed;
    uint64_t proposed_sequence;
    char *proposed_grants; /* NULL: nothing new */
    bool is_stopping;

    atomic_int_fast64_t valid_until_ms;

    /* Of the lease thread: */
    struct lease lease; /* as last stored, or last seen */
    bool is_holder;
    int64_t seen_since_ms; /* when a foreign lease was first seen at its resourceVersion */
    int64_t last_write_ms;
    bool is_trouble_told;
};

static const double write_bounds[] = {0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5};
static const struct metric write_metric = {"gpuaas_lease_write_seconds",
                                           "How long a write of the Lease took.",
                                           METRIC_HISTOGRAM,
                                           {NULL},
                                           write_bounds,
                                           ARRAY_LENGTH(write_bounds)};
static const struct metric leader_metric = {
    "gpuaas_leader", "1 while this replica leads.", METRIC_GAUGE, {NULL}, NULL, 0};

static char *lease_path(const struct lease_keeper *keeper, bool has_name)
{
    return text_format("/apis/coordination.k8s.io/v1/namespaces/%s/leases%s%s",
                       keeper->namespace_name, has_name ? "/" : "", has_name ? keeper->name : "");
}

static int give_up_ms(const struct lease_keeper *keeper)
{
    return keeper->options.duration_seconds * 1000 * 2 / 3;
}

static int renew_ms(const struct lease_keeper *keeper)
{
    return keeper->options.duration_seconds * 1000 / 7;
}

static int poll_ms(const struct lease_keeper *keeper)
{
    int fifth = keeper->options.duration_seconds * 1000 / 5;

    return fifth < FOLLOWER_POLL_MS ? fifth : FOLLOWER_POLL_MS;
}

/* Waits for a proposal (if `for_proposal`), the end, or the time; true while we go on. */
static bool wait_locked(struct lease_keeper *keeper, int64_t until_ms, bool for_proposal)
{
    while (!keeper->is_stopping && !(for_proposal && keeper->proposed_grants != NULL) &&
           timed_wait(&keeper->changed, &keeper->mutex, until_ms - clock_monotonic_ms())) {
    }
    return !keeper->is_stopping;
}

static bool pause_until(struct lease_keeper *keeper, int64_t until_ms, bool for_proposal)
{
    pthread_mutex_lock(&keeper->mutex);
    bool goes_on = wait_locked(keeper, until_ms, for_proposal);
    pthread_mutex_unlock(&keeper->mutex);
    return goes_on;
}

static void tell_trouble(struct lease_keeper *keeper, const char *doing, const char *message)
{
    if (!keeper->is_trouble_told) {
        log_warning("lease trouble", LOG_TEXT("doing", doing), LOG_TEXT("error", message));
    }
    keeper->is_trouble_told = true;
}

static void note_answer(struct lease_keeper *keeper, const struct kube_answer *answer)
{
    struct lease stored = {0};
    json_auto_t *json = answer->body != NULL ? json_loads(answer->body, 0, NULL) : NULL;

    if (json != NULL && lease_decode(json, &stored, NULL)) {
        lease_release(&keeper->lease);
        keeper->lease = stored;
    }
}

/* Writes the lease as given; on success it is what we know. */
static enum kube_outcome send_lease(struct lease_keeper *keeper, const struct lease *lease)
{
    bool is_new = lease->resource_version == NULL;
    auto_kube_request struct kube_request request = {
        .method = is_new ? KUBE_POST : KUBE_PUT,
        .path = lease_path(keeper, !is_new),
        .body = lease_encode(lease),
    };
    auto_kube_answer struct kube_answer answer = {0};
    int64_t start_ms = clock_monotonic_ms();

    kube_client_send(keeper->client, &request, REQUEST_TIMEOUT_MS, &answer);
    keeper->last_write_ms = clock_monotonic_ms();
    metrics_observe(&write_metric, (double)(keeper->last_write_ms - start_ms) / 1000.0, NULL);
    if (answer.outcome != KUBE_DONE) {
        tell_trouble(keeper, "writing", answer.message);
        return answer.outcome;
    }
    note_answer(keeper, &answer);
    keeper->is_trouble_told = false;
    return KUBE_DONE;
}

/* Reads the lease; on success it is what we know. */
static enum kube_outcome fetch_lease(struct lease_keeper *keeper)
{
    auto_free char *path = lease_path(keeper, true);
    json_t *json = NULL;
    struct lease lease = {0};
    struct error error = {0};
    enum kube_outcome outcome =
        kube_client_get(keeper->client, path, REQUEST_TIMEOUT_MS, &json, &error);

    if (outcome == KUBE_DONE && lease_decode(json, &lease, &error)) {
        bool is_changed = !text_equal(lease.resource_version, keeper->lease.resource_version);
        keeper->seen_since_ms = is_changed ? clock_monotonic_ms() : keeper->seen_since_ms;
        lease_release(&keeper->lease);
        keeper->lease = lease;
    } else if (outcome == KUBE_DONE) {
        outcome = KUBE_RETRY;
    }
    if (outcome != KUBE_DONE && outcome != KUBE_NOT_FOUND) {
        tell_trouble(keeper, "reading", error.message);
    }
    json_decref(json);
    return outcome;
}

static void become_holder(struct lease_keeper *keeper, int64_t since_ms)
{
    keeper->is_holder = true;
    atomic_store(&keeper->valid_until_ms, since_ms + give_up_ms(keeper));
    metrics_set(&leader_metric, 1, NULL);
    keeper->options.acquired(keeper->options.context, keeper->lease.transitions,
                             keeper->lease.grants);
}

static void step_down(struct lease_keeper *keeper)
{
    keeper->is_holder = false;
    atomic_store(&keeper->valid_until_ms, 0);
    metrics_set(&leader_metric, 0, NULL);
    pthread_mutex_lock(&keeper->mutex);
    free(take_pointer(&keeper->proposed_grants));
    pthread_mutex_unlock(&keeper->mutex);
    keeper->options.lost(keeper->options.context);
}

static bool is_free(const struct lease_keeper *keeper)
{
    const struct lease *lease = &keeper->lease;

    if (lease->holder == NULL || lease->holder[0] == '\0') {
        return true;
    }
    int64_t duration_ms = (int64_t)lease->duration_seconds * 1000;
    return clock_monotonic_ms() - keeper->seen_since_ms > duration_ms;
}

static void take_lease(struct lease_keeper *keeper)
{
    int64_t start_ms = clock_monotonic_ms();
    struct lease wanted = {
        .namespace_name = keeper->namespace_name,
        .name = keeper->name,
        .resource_version = keeper->lease.resource_version,
        .holder = keeper->identity,
        .duration_seconds = keeper->options.duration_seconds,
        .transitions = keeper->lease.transitions + 1,
        .acquired_us = clock_wall_us(),
        .renewed_us = clock_wall_us(),
        .grants = keeper->lease.grants,
    };

    if (send_lease(keeper, &wanted) == KUBE_DONE) {
        become_holder(keeper, start_ms);
    }
}

static void try_to_acquire(struct lease_keeper *keeper)
{
    int64_t start_ms = clock_monotonic_ms();

    switch (fetch_lease(keeper)) {
    case KUBE_DONE:
        if (text_equal(keeper->lease.holder, keeper->identity)) {
            become_holder(keeper, start_ms); /* a write whose answer was lost */
        } else if (is_free(keeper)) {
            take_lease(keeper);
        }
        break;
    case KUBE_NOT_FOUND:
        lease_release(&keeper->lease);
        take_lease(keeper);
        break;
    case KUBE_CONFLICT:
    case KUBE_ALREADY_EXISTS:
    case KUBE_REFUSED:
    case KUBE_RETRY:
    case KUBE_UNKNOWN:
    case KUBE_NOT_SENT:
        break;
    }
}

/* What the next write says: the newest proposal, or once more what is stored. */
static struct lease prepare_renewal(struct lease_keeper *keeper, uint64_t *out_sequence,
                                    char **out_grants)
{
    pthread_mutex_lock(&keeper->mutex);
    *out_grants = take_pointer(&keeper->proposed_grants);
    *out_sequence = keeper->proposed_sequence;
    pthread_mutex_unlock(&keeper->mutex);
    struct lease wanted = keeper->lease;
    wanted.renewed_us = clock_wall_us();
    wanted.grants = *out_grants != NULL ? *out_grants : keeper->lease.grants;
    return wanted;
}

/* A proposal that may not have been stored is written again, unless there is a newer one. */
static void keep_proposal(struct lease_keeper *keeper, char *grants)
{
    pthread_mutex_lock(&keeper->mutex);
    if (keeper->proposed_grants == NULL) {
        keeper->proposed_grants = take_pointer(&grants);
    }
    pthread_mutex_unlock(&keeper->mutex);
    free(grants);
}

/* After a write that was not answered as done: whose is the lease? */
static void look_again(struct lease_keeper *keeper, int64_t start_ms, uint64_t sequence,
                       char *grants)
{
    enum kube_outcome outcome = fetch_lease(keeper);

    if (outcome == KUBE_NOT_FOUND ||
        (outcome == KUBE_DONE && !text_equal(keeper->lease.holder, keeper->identity))) {
        free(grants);
        step_down(keeper);
        return;
    }
    if (outcome == KUBE_DONE && grants != NULL &&
        grant_text_sequence(keeper->lease.grants) == sequence) {
        free(grants);
        atomic_store(&keeper->valid_until_ms, start_ms + give_up_ms(keeper));
        keeper->options.stored(keeper->options.context, sequence);
        return;
    }
    if (grants != NULL) {
        keep_proposal(keeper, grants);
    }
    pause_until(keeper, clock_monotonic_ms() + RETRY_MS, false);
}

static void renew(struct lease_keeper *keeper)
{
    int64_t start_ms = clock_monotonic_ms();
    uint64_t sequence;
    char *grants;
    struct lease wanted = prepare_renewal(keeper, &sequence, &grants);

    if (send_lease(keeper, &wanted) != KUBE_DONE) {
        look_again(keeper, start_ms, sequence, grants);
        return;
    }
    atomic_store(&keeper->valid_until_ms, start_ms + give_up_ms(keeper));
    if (grants != NULL) {
        keeper->options.stored(keeper->options.context, sequence);
    }
    free(grants);
}

static void hand_back(struct lease_keeper *keeper)
{
    struct lease wanted = keeper->lease;

    if (keeper->is_holder) {
        atomic_store(&keeper->valid_until_ms, 0);
        wanted.holder = NULL;
        wanted.renewed_us = clock_wall_us();
        send_lease(keeper, &wanted);
    }
}

static void *run(void *argument)
{
    struct lease_keeper *keeper = argument;
    bool goes_on = true;

    while (goes_on) {
        if (!keeper->is_holder) {
            try_to_acquire(keeper);
            goes_on = keeper->is_holder ||
                      pause_until(keeper, clock_monotonic_ms() + poll_ms(keeper), false);
            continue;
        }
        goes_on = pause_until(keeper, keeper->last_write_ms + WRITE_INTERVAL_MS, false) &&
                  pause_until(keeper, keeper->last_write_ms + renew_ms(keeper), true);
        if (goes_on && !lease_keeper_is_valid(keeper)) {
            step_down(keeper);
        } else if (goes_on) {
            renew(keeper);
        }
    }
    hand_back(keeper);
    return NULL;
}

struct lease_keeper *lease_keeper_create(const struct lease_keeper_options *options)
{
    struct lease_keeper *keeper = memory_allocate(sizeof *keeper);

    keeper->options = *options;
    keeper->identity = memory_copy_text(options->identity);
    keeper->namespace_name = memory_copy_text(options->namespace_name);
    keeper->name = memory_copy_text(options->name);
    keeper->client = kube_client_create(options->config);
    pthread_mutex_init(&keeper->mutex, NULL);
    timed_wait_init(&keeper->changed);
    if (pthread_create(&keeper->thread, NULL, run, keeper) != 0) {
        abort();
    }
    return keeper;
}

void lease_keeper_propose_take(struct lease_keeper *keeper, uint64_t sequence, char *grants)
{
    pthread_mutex_lock(&keeper->mutex);
    free(keeper->proposed_grants);
    keeper->proposed_grants = grants;
    keeper->proposed_sequence = sequence;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->mutex);
}

bool lease_keeper_is_valid(const struct lease_keeper *keeper)
{
    return clock_monotonic_ms() < atomic_load(&keeper->valid_until_ms);
}

void lease_keeper_destroy(struct lease_keeper *keeper)
{
    if (keeper == NULL) {
        return;
    }
    pthread_mutex_lock(&keeper->mutex);
    keeper->is_stopping = true;
    pthread_cond_signal(&keeper->changed);
    pthread_mutex_unlock(&keeper->mutex);
    pthread_join(keeper->thread, NULL);
    kube_client_destroy(keeper->client);
    lease_release(&keeper->lease);
    free(keeper->proposed_grants);
    free(keeper->identity);
    free(keeper->namespace_name);
    free(keeper->name);
    pthread_mutex_destroy(&keeper->mutex);
    pthread_cond_destroy(&keeper->changed);
    free(keeper);
}
