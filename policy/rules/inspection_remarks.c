/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_remarks.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* Owns the message. */
static void add_remark(struct inspection *inspection, enum inspection_severity severity,
                       size_t file_number, struct document_position position, char *message)
{
    array_append(&inspection->remarks, ((struct inspection_remark){
                                           .severity = severity,
                                           .file = inspection->files.items[file_number],
                                           .position = position,
                                           .message = message,
                                           .file_number = file_number,
                                       }));
    inspection->mistake_count += severity == INSPECTION_MISTAKE ? 1 : 0;
    inspection->warning_count += severity == INSPECTION_WARNING ? 1 : 0;
}

__attribute__((format(printf, 5, 0))) static void
remark(struct inspection *inspection, enum inspection_severity severity,
       const struct inspected *inspected, const char *path, const char *message_format,
       va_list arguments)
{
    auto_free char *message = NULL;

    if (vasprintf(&message, message_format, arguments) < 0) {
        abort();
    }
    if (inspected->is_spec_only && text_starts_with(path, "spec.")) {
        path += strlen("spec.");
    }
    const char *dot = inspected->prefix[0] != '\0' && path[0] != '\0' ? "." : "";
    auto_free char *full_path = text_format("%s%s%s", inspected->prefix, dot, path);
    add_remark(inspection, severity, inspected->file_number,
               document_find_position(inspected->document, full_path),
               text_format("%s%s%s", full_path, full_path[0] != '\0' ? ": " : "", message));
}

void inspection_tell(struct inspection *inspection, const struct inspected *inspected,
                     const char *path, const char *message_format, ...)
{
    va_list arguments;

    va_start(arguments, message_format);
    remark(inspection, INSPECTION_MISTAKE, inspected, path, message_format, arguments);
    va_end(arguments);
}

void inspection_warn(struct inspection *inspection, const struct inspected *inspected,
                     const char *path, const char *message_format, ...)
{
    va_list arguments;

    va_start(arguments, message_format);
    remark(inspection, INSPECTION_WARNING, inspected, path, message_format, arguments);
    va_end(arguments);
}

void inspection_tell_at(struct inspection *inspection, size_t file_number,
                        struct document_position position, char *message)
{
    add_remark(inspection, INSPECTION_MISTAKE, file_number, position, message);
}

static int compare_remarks(const void *left_item, const void *right_item)
{
    const struct inspection_remark *left = left_item;
    const struct inspection_remark *right = right_item;

    if (left->file_number != right->file_number) {
        return left->file_number < right->file_number ? -1 : 1;
    }
    if (left->position.line != right->position.line) {
        return left->position.line - right->position.line;
    }
    if (left->position.column != right->position.column) {
        return left->position.column - right->position.column;
    }
    return strcmp(left->message, right->message);
}

void inspection_remarks_sort(struct inspection_remarks *remarks)
{
    if (remarks->count > 0) {
        qsort(remarks->items, remarks->count, sizeof *remarks->items, compare_remarks);
    }
}

void inspection_remarks_release(struct inspection_remarks *remarks)
{
    array_for_each(item, remarks) {
        free(item->message);
    }
    array_release(remarks);
}
