/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/findings.h"

#include <stdarg.h>
#include <stdio.h>

void findings_release(struct findings *findings)
{
    array_for_each(finding, findings) {
        free(finding->path);
        free(finding->message);
    }
    array_release(findings);
}

bool findings_add(struct findings *findings, enum finding_kind kind, const char *path,
                  const char *message_format, ...)
{
    struct finding finding = {.kind = kind};
    va_list arguments;

    if (findings == NULL) {
        return false;
    }
    va_start(arguments, message_format);
    int length = vasprintf(&finding.message, message_format, arguments);
    va_end(arguments);
    if (length < 0) {
        abort();
    }
    finding.path = memory_copy_text(path);
    array_append(findings, finding);
    return false;
}

const struct finding *findings_first_mistake(const struct findings *findings)
{
    array_for_each(finding, findings) {
        if (finding->kind == FINDING_MISTAKE) {
            return finding;
        }
    }
    return NULL;
}
