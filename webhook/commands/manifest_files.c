/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/commands/manifest_files.h"

#include <errno.h>
#include <fts.h>
#include <string.h>

#include "base/text.h"

void manifest_files_release(struct manifest_files *files)
{
    array_for_each(file, files) {
        free(*file);
    }
    array_release(files);
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

/* What was named is taken as it is. */
static bool is_wanted(const FTSENT *entry)
{
    return entry->fts_level == FTS_ROOTLEVEL ||
           (entry->fts_info == FTS_F && entry->fts_name[0] != '.' &&
            (text_ends_with(entry->fts_name, ".yaml") || text_ends_with(entry->fts_name, ".yml")));
}

static bool visit(struct manifest_files *files, FTS *walk, FTSENT *entry, struct error *error)
{
    switch (entry->fts_info) {
    case FTS_D:
        if (entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.') {
            fts_set(walk, entry, FTS_SKIP);
        }
        return true;
    case FTS_F:
    case FTS_DEFAULT: /* a pipe, for example */
        if (is_wanted(entry)) {
            array_append(files, memory_copy_text(entry->fts_path));
        }
        return true;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return error_set(error, ERROR_NOT_FOUND, "opening '%s': %s", entry->fts_path,
                         strerror(entry->fts_errno));
    default:
        return true;
    }
}

bool manifest_files_find(struct manifest_files *files, const char *path, struct error *error)
{
    auto_free char *root = memory_copy_text(path);
    FTS *walk = fts_open((char *[]){root, NULL}, FTS_LOGICAL | FTS_NOCHDIR, compare_names);
    bool is_readable = true;
    FTSENT *entry;

    if (walk == NULL) {
        return error_set(error, ERROR_NOT_FOUND, "opening '%s': %s", path, strerror(errno));
    }
    while ((entry = fts_read(walk)) != NULL) {
        is_readable &= visit(files, walk, entry, is_readable ? error : NULL);
    }
    fts_close(walk);
    return is_readable;
}
