/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/simulate/mistakes.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

void mistakes_release(struct mistakes *mistakes)
{
    array_for_each(mistake, mistakes) {
        free(mistake->file);
        free(mistake->message);
    }
    array_release(mistakes);
}

bool mistakes_add(struct mistakes *mistakes, const char *file, struct document_position position,
                  const char *message_format, ...)
{
    struct mistake mistake = {.position = position};
    va_list arguments;

    if (mistakes->count == MISTAKES_MAX) {
        mistakes->dropped_count++;
        return false;
    }
    va_start(arguments, message_format);
    int length = vasprintf(&mistake.message, message_format, arguments);
    va_end(arguments);
    if (length < 0) {
        abort();
    }
    mistake.file = memory_copy_text(file);
    array_append(mistakes, mistake);
    return false;
}

void mistakes_add_findings(struct mistakes *mistakes, const char *file,
                           const struct document *document, const char *prefix,
                           const struct findings *findings)
{
    array_for_each(finding, findings) {
        const char *dot = prefix[0] != '\0' && finding->path[0] != '\0' ? "." : "";
        auto_free char *path = text_format("%s%s%s", prefix, dot, finding->path);
        mistakes_add(mistakes, file, document_find_position(document, path), "%s%s%s", path,
                     path[0] != '\0' ? ": " : "", finding->message);
    }
}
