/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/report_json.h"
#include "base/timestamp.h"

/* Whole seconds are whole numbers. */
static json_t *encode_seconds(int64_t span_us)
{
    if (span_us % MICROS_PER_SECOND == 0) {
        return json_integer(span_us / MICROS_PER_SECOND);
    }
    return json_real((double)span_us / MICROS_PER_SECOND);
}

static json_t *encode_hours(gpu_micros amount)
{
    return json_real(gpu_micros_to_hours(amount));
}

static json_t *encode_waits(const struct wait_figures *waits)
{
    return json_pack("{s:I, s:I, s:f, s:o, s:o, s:o}", "started", (json_int_t)waits->count,
                     "waited", (json_int_t)waits->waited_count, "meanSeconds", waits->mean_seconds,
                     "p50Seconds", encode_seconds(waits->p50_us), "p99Seconds",
                     encode_seconds(waits->p99_us), "maxSeconds", encode_seconds(waits->max_us));
}

static json_t *encode_hours_used(const struct summary *summary)
{
    return json_pack("{s:o, s:o, s:o}", "used", encode_hours(summary->used), "idle",
                     encode_hours(summary->idle), "lost", encode_hours(summary->lost));
}

static json_t *encode_summary(const struct simulation *simulation, const struct summary *summary)
{
    const struct count {
        const char *name;
        size_t count;
    } counts[] = {
        {"workloads", summary->workload_count},       {"started", summary->waits.count},
        {"waited", summary->waits.waited_count},      {"neverStarted", summary->waiting_count},
        {"leftOut", summary->left_out_count},         {"unmanaged", summary->unmanaged_count},
        {"backfilled", summary->backfilled_count},    {"preemptions", summary->preemption_count},
        {"promised", summary->promise_count},         {"promisesKept", summary->promise_kept_count},
        {"cutOff", summary->cut_off_count},           {"passes", simulation->pass_count},
        {"triedCandidates", simulation->tried_count},
    };
    json_t *object = json_object();

    for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
        json_object_set_new(object, counts[i].name, json_integer((json_int_t)counts[i].count));
    }
    json_object_set_new(object, "waits", encode_waits(&summary->waits));
    json_object_set_new(object, "gpuHours", encode_hours_used(summary));
    json_object_set_new(object, "gpus", json_integer(summary->capacity));
    json_object_set_new(object, "makespanSeconds", encode_seconds(summary->makespan_us));
    return object;
}

static json_t *encode_queues(const struct summary *summary)
{
    json_t *list = json_array();

    array_for_each(queue, &summary->queues) {
        json_array_append_new(list, json_pack("{s:s, s:I, s:o, s:o}", "name", queue->name,
                                              "workloads", (json_int_t)queue->workload_count,
                                              "waits", encode_waits(&queue->waits), "gpuHours",
                                              encode_hours(queue->used)));
    }
    return list;
}

static json_t *encode_flavors(const struct summary *summary)
{
    json_t *list = json_array();

    array_for_each(flavor, &summary->flavors) {
        json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "name", flavor->name, "gpus",
                                              (json_int_t)flavor->capacity, "gpuHours",
                                              encode_hours(flavor->used)));
    }
    return list;
}

static json_t *encode_run(const struct run *run)
{
    json_t *flavors = json_object();

    array_for_each(share, &run->shares) {
        json_t *known = json_object_get(flavors, share->flavor);
        json_object_set_new(flavors, share->flavor,
                            json_integer(json_integer_value(known) + share->gpus));
    }
    return json_pack("{s:o, s:o, s:o, s:b, s:b}", "startSeconds", encode_seconds(run->start_us),
                     "endSeconds", encode_seconds(run->end_us), "flavors", flavors, "preempted",
                     run->is_preempted, "backfilled", run->is_backfilled);
}

static json_t *encode_runs(const struct simulated_workload *workload)
{
    json_t *list = json_array();

    array_for_each(run, &workload->runs) {
        json_array_append_new(list, encode_run(run));
    }
    return list;
}

static const char *state_name(const struct simulated_workload *workload)
{
    static const char *const names[] = {
        [SIMULATED_COMING] = "Coming",    [SIMULATED_WAITING] = "Waiting",
        [SIMULATED_RUNNING] = "Running",  [SIMULATED_ENDED] = "Ended",
        [SIMULATED_LEFT_OUT] = "LeftOut", [SIMULATED_UNMANAGED] = "Unmanaged",
    };

    return names[workload->state];
}

static json_t *encode_why(const struct verdict *why)
{
    if (why->reason == NULL) {
        return json_null();
    }
    return json_pack("{s:s, s:s?, s:s?}", "reason", why->reason, "message", why->message, "advice",
                     why->advice);
}

static json_t *encode_promise(const struct estimate *promise)
{
    const char *basis = promise->basis == ESTIMATE_DECLARED ? "Declared" : "Measured";

    return json_pack("{s:s, s:o, s:o, s:I}", "basis", basis, "earliestSeconds",
                     encode_seconds(promise->earliest_us), "latestSeconds",
                     encode_seconds(promise->latest_us), "samples",
                     (json_int_t)promise->sample_count);
}

static json_t *encode_workload(const struct simulated_workload *workload)
{
    const struct trace_entry *entry = workload->entry;
    auto_free char *queue = summary_queue_name(workload);
    json_t *object = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:o, s:I, s:o, s:o}", "name", entry->name, "kind",
        entry->kind, "namespace", entry->namespace_name, "queue", queue, "user", entry->user,
        "priority", (json_int_t)workload->order.priority, "gpus", (json_int_t)workload->gpus,
        "state", state_name(workload), "arrivalSeconds", encode_seconds(entry->arrival_us),
        "position", (json_int_t)workload->position, "why", encode_why(&workload->why), "runs",
        encode_runs(workload));

    if (workload->cluster_queue != NULL) {
        json_object_set_new(object, "clusterQueue", json_string(workload->cluster_queue->name));
    }
    if (workload->promise.basis != ESTIMATE_NONE) {
        json_object_set_new(object, "promise", encode_promise(&workload->promise));
    }
    if (simulated_workload_has_started(workload)) {
        const struct runs *runs = &workload->runs;
        json_object_set_new(object, "startSeconds", encode_seconds(runs->items[0].start_us));
        json_object_set_new(object, "waitSeconds",
                            encode_seconds(simulated_workload_wait_us(workload)));
        json_object_set_new(object, "endSeconds",
                            encode_seconds(runs->items[runs->count - 1].end_us));
    }
    return object;
}

json_t *report_json_encode(const struct simulation *simulation, const struct summary *summary)
{
    json_t *workloads = json_array();
    json_t *report =
        json_pack("{s:o, s:o, s:o}", "summary", encode_summary(simulation, summary), "queues",
                  encode_queues(summary), "flavors", encode_flavors(summary));

    array_for_each(workload, &simulation->workloads) {
        json_array_append_new(workloads, encode_workload(workload));
    }
    if (simulation->origin_us != 0) {
        char date[TIMESTAMP_TEXT_BYTES];
        timestamp_format_micros(simulation->origin_us, date);
        json_object_set_new(report, "clockStart", json_string(date));
    }
    json_object_set_new(report, "workloads", workloads);
    return report;
}
