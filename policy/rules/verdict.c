/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/verdict.h"

#include <string.h>

void verdict_release(struct verdict *verdict)
{
    free(verdict->message);
    free(verdict->advice);
    memset(verdict, 0, sizeof *verdict);
}

void verdict_set(struct verdict *verdict, enum verdict_kind kind, const char *message,
                 const char *advice)
{
    char *message_copy = memory_copy_text(message);
    char *advice_copy = memory_copy_text(advice);

    verdict_release(verdict);
    verdict->kind = kind;
    verdict->message = message_copy;
    verdict->advice = advice_copy;
}
