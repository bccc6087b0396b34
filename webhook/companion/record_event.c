/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/companion/record_event.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/timestamp.h"
#include "webhook/kinds/kind.h"

enum { NAME_BYTES_MAX = 253 };

char *record_event_path(const struct workload *workload)
{
    return text_format("/api/v1/namespaces/%s/events", workload->namespace_name);
}

static char *format_event(const struct workload *workload, const char *type, const char *reason,
                          const char *message, int64_t now_us)
{
    auto_free char *name =
        text_format("%.*s.%" PRIx64, NAME_BYTES_MAX - 17, workload->name, (uint64_t)now_us);
    char now[TIMESTAMP_TEXT_BYTES];

    timestamp_format_seconds(now_us, now);
    json_auto_t *event = json_pack(
        "{s:s, s:s, s:{s:s, s:s}, s:{s:s, s:s, s:s, s:s, s:s}, s:s, s:s, s:s, s:{s:s}, s:s, s:s, "
        "s:i}",
        "apiVersion", "v1", "kind", "Event", "metadata", "name", name, "namespace",
        workload->namespace_name, "involvedObject", "apiVersion", workload->kind->api_version,
        "kind", workload->kind->name, "name", workload->name, "namespace", workload->namespace_name,
        "uid", workload->uid, "reason", reason, "message", message, "type", type, "source",
        "component", "gpuaas", "firstTimestamp", now, "lastTimestamp", now, "count", 1);
    return json_dumps(event, JSON_COMPACT);
}

char *record_event_format_waiting(const struct workload *workload, const char *message,
                                  int64_t now_us)
{
    bool is_queued =
        workload->state == WORKLOAD_QUEUED && workload->verdict.kind != VERDICT_INADMISSIBLE;

    return format_event(workload, is_queued ? "Normal" : "Warning",
                        is_queued ? "Queued" : "Inadmissible", message, now_us);
}

char *record_event_format_evicted(const struct workload *workload, const struct condition *evicted,
                                  int64_t now_us)
{
    auto_free char *reason = text_format("EvictedDueTo%s", evicted->reason);

    return format_event(workload, "Normal", reason, evicted->message, now_us);
}
