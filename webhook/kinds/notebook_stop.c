/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kinds/notebook_stop.h"

#include "base/text.h"
#include "base/timestamp.h"
#include "webhook/kinds/names.h"

#define MARK_PREFIX "gpuaas:"
#define MARK_LOCK_SUFFIX " lock"
#define ANNOTATIONS "/metadata/annotations"

static bool has_lock(const json_t *notebook)
{
    return text_equal(object_annotation(notebook, ANNOTATION_STOPPED), STOPPED_BY_ODH_LOCK);
}

bool notebook_stop_is_there(const json_t *notebook)
{
    return object_annotation(notebook, ANNOTATION_STOPPED) != NULL && !has_lock(notebook);
}

bool notebook_stop_differs(const json_t *before, const json_t *after)
{
    return !text_equal(object_annotation(before, ANNOTATION_STOPPED),
                       object_annotation(after, ANNOTATION_STOPPED));
}

/* A mark is "gpuaas:<reason> <timestamp>", with " lock" behind it if there was one. */
static char *format_mark(const char *reason, const char *timestamp, bool is_instead_of_lock)
{
    return text_format(MARK_PREFIX "%s %s%s", reason, timestamp,
                       is_instead_of_lock ? MARK_LOCK_SUFFIX : "");
}

void notebook_stop_decode(const json_t *notebook, struct object *object)
{
    const char *timestamp = object_annotation(notebook, ANNOTATION_STOPPED);
    const char *mark = object_annotation(notebook, ANNOTATION_STOPPED_BY);

    object->is_suspended = notebook_stop_is_there(notebook);
    object->has_odh_lock = has_lock(notebook);
    if (!object->is_suspended || mark == NULL || !text_starts_with(mark, MARK_PREFIX)) {
        return;
    }
    const char *reason = mark + strlen(MARK_PREFIX);
    auto_free char *word = text_format("%.*s", (int)strcspn(reason, " "), reason);
    bool is_instead_of_lock = text_ends_with(mark, MARK_LOCK_SUFFIX);
    auto_free char *expected = format_mark(word, timestamp, is_instead_of_lock);
    if (text_equal(mark, expected)) {
        object->stopped_by = take_pointer(&word);
        object->has_odh_lock = is_instead_of_lock;
    }
}

void notebook_stop_add(const struct object *object, const char *reason, int64_t now_us,
                       bool *has_annotations, struct json_patch *patch)
{
    char timestamp[TIMESTAMP_TEXT_BYTES];

    timestamp_format_seconds(now_us, timestamp);
    auto_free char *mark = format_mark(reason, timestamp, object->has_odh_lock);
    json_patch_set_entry(patch, ANNOTATIONS, has_annotations, ANNOTATION_STOPPED, timestamp);
    json_patch_set_entry(patch, ANNOTATIONS, has_annotations, ANNOTATION_STOPPED_BY, mark);
}

void notebook_stop_remove(const struct object *object, struct json_patch *patch)
{
    bool has_annotations = true;

    if (object->stopped_by == NULL) {
        return;
    }
    json_patch_remove_entry(patch, ANNOTATIONS, ANNOTATION_STOPPED_BY);
    if (object->has_odh_lock) {
        json_patch_set_entry(patch, ANNOTATIONS, &has_annotations, ANNOTATION_STOPPED,
                             STOPPED_BY_ODH_LOCK);
    } else {
        json_patch_remove_entry(patch, ANNOTATIONS, ANNOTATION_STOPPED);
    }
}
