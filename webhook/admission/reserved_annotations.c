/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/admission/reserved_annotations.h"

#include "base/text.h"
#include "webhook/kinds/names.h"

static json_t *find_annotations(const json_t *json)
{
    return json_object_get(json_object_get(json, "metadata"), "annotations");
}

bool reserved_annotations_have(const char *key)
{
    return text_starts_with(key, ANNOTATION_PREFIX) && !text_equal(key, ANNOTATION_KEEP_UNTIL);
}

size_t reserved_annotations_count(const json_t *json)
{
    const char *key;
    json_t *value;
    size_t count = 0;

    json_object_foreach(find_annotations(json), key, value) {
        count += reserved_annotations_have(key) ? 1 : 0;
    }
    return count;
}

static bool is_tolerated(const char *key, const char *const *tolerated)
{
    for (; *tolerated != NULL; tolerated++) {
        if (text_equal(key, *tolerated)) {
            return true;
        }
    }
    return false;
}

/* The first reserved key of `left` whose value in `right` is another. */
static const char *find_difference(json_t *left, const json_t *right, const char *const *tolerated)
{
    const char *key;
    json_t *value;

    json_object_foreach(left, key, value) {
        if (reserved_annotations_have(key) && !is_tolerated(key, tolerated) &&
            !json_equal(value, json_object_get(right, key))) {
            return key;
        }
    }
    return NULL;
}

const char *reserved_annotations_find_change(const json_t *before, const json_t *after,
                                             const char *const *tolerated)
{
    json_t *old_annotations = find_annotations(before);
    json_t *new_annotations = find_annotations(after);
    const char *key = find_difference(new_annotations, old_annotations, tolerated);

    return key != NULL ? key : find_difference(old_annotations, new_annotations, tolerated);
}
