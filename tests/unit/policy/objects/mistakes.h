/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <criterion/criterion.h>

#include "base/text.h"
#include "policy/objects/findings.h"

/* True if a finding has this path and its message contains the words. */
static inline bool has_finding(const struct findings *findings, const char *path, const char *words)
{
    array_for_each(finding, findings) {
        if (strcmp(finding->path, path) == 0 && strstr(finding->message, words) != NULL) {
            return true;
        }
    }
    return false;
}

/* All findings, a line each, for the message of a failed assertion; owned by the caller. */
static inline char *print_findings(const struct findings *findings)
{
    struct text text = {0};

    array_for_each(finding, findings) {
        text_append_format(&text, "\n  %s: %s", finding->path, finding->message);
    }
    return text_take(&text);
}
