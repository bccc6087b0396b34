/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <time.h>

#include "base/error.h"
#include "policy/objects/configuration.h"

/* Our Configuration as read from a file, and read again when that changes. */
struct configuration_file {
    const char *path; /* NULL: the defaults, for good */
    struct timespec changed;
    off_t size_bytes;
};

/* Reads the file; the error carries file, line and column. *out_configuration is a reference of
 * the caller's. */
must_check bool configuration_file_load(struct configuration_file *file,
                                        const struct configuration **out_configuration,
                                        struct error *error);

/* True if the file is another one than was last loaded. */
bool configuration_file_has_changed(const struct configuration_file *file);
