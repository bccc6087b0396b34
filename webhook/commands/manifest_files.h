/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "base/array.h"
#include "base/error.h"

struct manifest_files ARRAY_OF(char *);

void manifest_files_release(struct manifest_files *files);

/* Adds the file, or all *.yaml and *.yml below a folder, hidden ones left out, in the order of
 * their names. What cannot be read is an error, of which the first is told; the rest is added all
 * the same. */
must_check bool manifest_files_find(struct manifest_files *files, const char *path,
                                    struct error *error);
