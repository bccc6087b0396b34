/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Tells a mistake in an inspected object; `path` is relative to the object. */
void inspection_tell(struct inspection *inspection, const struct inspected *inspected,
                     const char *path, const char *message_format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells a warning, likewise. */
void inspection_warn(struct inspection *inspection, const struct inspected *inspected,
                     const char *path, const char *message_format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells a mistake at a place of a file; owns the message. */
void inspection_tell_at(struct inspection *inspection, size_t file_number,
                        struct document_position position, char *message);

void inspection_remarks_sort(struct inspection_remarks *remarks);
void inspection_remarks_release(struct inspection_remarks *remarks);
