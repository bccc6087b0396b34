/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "policy/rules/inspection.h"

/* Tells a mistake in an inspected object; `path` is relative to the object. */
void inspection_tell(struct inspection *inspection, const struct inspected *inspected,
                     const char *path, const char *message_format, ...)
    __attribute__((format(printf, 4, 5)));

/* Tells what the inspected objects say wrongly of each other: references to what is not there, two
 * default LocalQueues in a namespace, the same object twice in a file. */
void inspection_links_check(struct inspection *inspection);
