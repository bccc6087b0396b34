/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <stddef.h>

#include "base/error.h"

/* Reads a whole file of at most `limit_bytes`; *out_text is owned and terminated. */
must_check bool file_read(const char *path, size_t limit_bytes, char **out_text,
                          size_t *out_size_bytes, struct error *error);

/* Writes beside the path, syncs, and renames over it, so that readers see old or new. */
must_check bool file_replace(const char *path, const void *bytes, size_t size_bytes,
                             unsigned permissions, struct error *error);
