/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/verdict.h"

#include <stdbool.h>
#include <string.h>

/* What a shortage makes of the workload, and the reason for it; the nearest to being mended is
 * first, but what a queue does not cover only its administrator can mend. */
static const struct {
    enum shortage_kind shortage;
    enum verdict_kind kind;
    const char *reason;
} reasons[] = {
    {SHORTAGE_PLACE, VERDICT_WAITS, "NoPlace"},
    {SHORTAGE_QUOTA, VERDICT_WAITS, "WaitingForQuota"},
    {SHORTAGE_UNCOVERED, VERDICT_INADMISSIBLE, "Misconfigured"},
    {SHORTAGE_NO_NODES, VERDICT_INADMISSIBLE, "NoReadyNodes"},
    {SHORTAGE_TOO_LARGE, VERDICT_INADMISSIBLE, "NodeTooSmall"},
    {SHORTAGE_MAXIMUM, VERDICT_INADMISSIBLE, "ExceedsMaxQuota"},
    {SHORTAGE_MISMATCH, VERDICT_INADMISSIBLE, "NoMatchingFlavor"},
};

static bool has_kind(const struct shortages *shortages, size_t first, enum shortage_kind kind)
{
    for (size_t i = first; i < shortages->count; i++) {
        if (shortages->items[i].kind == kind) {
            return true;
        }
    }
    return false;
}

void verdict_release(struct verdict *verdict)
{
    free(verdict->message);
    free(verdict->advice);
    memset(verdict, 0, sizeof *verdict);
}

void verdict_set(struct verdict *verdict, enum verdict_kind kind, const char *reason,
                 const char *message, const char *advice)
{
    char *message_copy = memory_copy_text(message);
    char *advice_copy = memory_copy_text(advice);

    verdict_release(verdict);
    verdict->kind = kind;
    verdict->reason = reason;
    verdict->message = message_copy;
    verdict->advice = advice_copy;
}

void verdict_copy(const struct verdict *verdict, struct verdict *out_copy)
{
    *out_copy = (struct verdict){
        .kind = verdict->kind,
        .reason = verdict->reason,
        .message = memory_copy_text(verdict->message),
        .advice = memory_copy_text(verdict->advice),
    };
}

void verdict_set_shortages(struct verdict *verdict, enum verdict_kind kind, const char *reason,
                           const struct shortages *shortages)
{
    verdict_release(verdict);
    verdict->kind = kind;
    verdict->reason = reason;
    verdict->message = shortages_format_message(shortages);
    verdict->advice = shortages_format_advice(shortages);
}

const char *verdict_reason(enum verdict_kind kind, const struct shortages *shortages, size_t first)
{
    for (size_t i = 0; i < ARRAY_LENGTH(reasons); i++) {
        if (reasons[i].kind == kind && has_kind(shortages, first, reasons[i].shortage)) {
            return reasons[i].reason;
        }
    }
    return NULL;
}
