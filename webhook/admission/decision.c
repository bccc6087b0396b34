/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/decision.h"

#include <stdio.h>

#include "base/text.h"

enum { DENIAL_BYTES_MAX = 1024 };

static const char *const verdict_names[] = {
    [DECISION_IGNORED] = "ignored",     [DECISION_ALLOWED] = "allowed",
    [DECISION_CLEANED] = "cleaned",     [DECISION_LABELLED] = "labelled",
    [DECISION_SUSPENDED] = "suspended", [DECISION_RESUSPENDED] = "resuspended",
    [DECISION_REQUEUED] = "requeued",   [DECISION_BREAK_GLASS] = "break-glass",
    [DECISION_DENIED] = "denied",
};

void decision_init(struct decision *decision)
{
    *decision = (struct decision){.verdict = DECISION_ALLOWED, .reason = "Allowed"};
    json_patch_init(&decision->patch);
}

void decision_release(struct decision *decision)
{
    free(decision->denial);
    free(decision->queue);
    free(decision->flavor);
    json_patch_release(&decision->patch);
    array_for_each(warning, &decision->warnings) {
        free(*warning);
    }
    array_release(&decision->warnings);
    memset(decision, 0, sizeof *decision);
}

void decision_set(struct decision *decision, enum decision_verdict verdict, const char *reason)
{
    decision->verdict = verdict;
    decision->reason = reason;
}

void decision_deny(struct decision *decision, enum decision_code code, const char *reason,
                   const char *denial_format, ...)
{
    char denial[DENIAL_BYTES_MAX];
    va_list arguments;

    va_start(arguments, denial_format);
    vsnprintf(denial, sizeof denial, denial_format, arguments);
    va_end(arguments);
    decision_set(decision, DECISION_DENIED, reason);
    decision->code = code;
    free(decision->denial);
    decision->denial = memory_copy_text(denial);
}

void decision_warn_take(struct decision *decision, char *warning)
{
    array_append(&decision->warnings, warning);
}

const char *decision_verdict_name(const struct decision *decision)
{
    return verdict_names[decision->verdict];
}
