/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/kube/kube_object.h"

#include <string.h>

#include "base/array.h"
#include "webhook/kube/json_bytes.h"

/* Bytes in pieces, as the parser asks for them. */
struct pieces {
    struct text_view views[3];
    size_t current;
};

static size_t give_bytes(void *buffer, size_t size_bytes, void *context)
{
    struct pieces *pieces = context;

    while (pieces->current < ARRAY_LENGTH(pieces->views)) {
        struct text_view *view = &pieces->views[pieces->current];
        size_t count = view->size_bytes < size_bytes ? view->size_bytes : size_bytes;
        if (count > 0) {
            memcpy(buffer, view->bytes, count);
            *view = (struct text_view){view->bytes + count, view->size_bytes - count};
            return count;
        }
        pieces->current++;
    }
    return 0;
}

static json_t *decode_around(struct text_view bytes, struct text_view left_out)
{
    const char *behind = left_out.bytes + left_out.size_bytes;
    struct pieces pieces = {.views = {
                                {bytes.bytes, (size_t)(left_out.bytes - bytes.bytes)},
                                {"null", 4},
                                {behind, (size_t)(bytes.bytes + bytes.size_bytes - behind)},
                            }};

    return json_load_callback(give_bytes, &pieces, JSON_ALLOW_NUL, NULL);
}

json_t *kube_object_decode(struct text_view bytes)
{
    struct text_view metadata;
    struct text_view managed;
    json_t *json;

    if (json_bytes_find(bytes, "metadata", &metadata) &&
        json_bytes_find(metadata, "managedFields", &managed)) {
        json = decode_around(bytes, managed);
    } else {
        json = json_loadb(bytes.bytes, bytes.size_bytes, JSON_ALLOW_NUL, NULL);
    }
    if (json != NULL && !json_is_object(json)) {
        json_decref(take_pointer(&json));
    }
    return json;
}

/* An owned copy of a text without escapes; NULL if it is none. */
static char *copy_text(struct text_view value)
{
    if (value.size_bytes <= 2 || value.bytes[0] != '"' ||
        memchr(value.bytes, '\\', value.size_bytes) != NULL) {
        return NULL;
    }
    return text_format("%.*s", (int)value.size_bytes - 2, value.bytes + 1);
}

static char *find_text(struct text_view object, const char *key)
{
    struct text_view value;

    return json_bytes_find(object, key, &value) ? copy_text(value) : NULL;
}

char *kube_object_copy_version(struct text_view bytes)
{
    struct text_view metadata;

    return json_bytes_find(bytes, "metadata", &metadata) ? find_text(metadata, "resourceVersion")
                                                         : NULL;
}

bool kube_event_read(struct text_view line, enum kube_event_type *out_type,
                     struct text_view *out_object)
{
    static const struct {
        const char *name;
        enum kube_event_type type;
    } types[] = {
        {"ADDED", KUBE_EVENT_CHANGED},     {"MODIFIED", KUBE_EVENT_CHANGED},
        {"DELETED", KUBE_EVENT_DELETED},   {"ERROR", KUBE_EVENT_ERROR},
        {"BOOKMARK", KUBE_EVENT_BOOKMARK},
    };
    struct text_view type;
    struct text_view object;

    if (!json_bytes_find(line, "type", &type) || !json_bytes_find(line, "object", &object)) {
        return false;
    }
    for (size_t i = 0; i < ARRAY_LENGTH(types); i++) {
        if (json_bytes_is_text(type, types[i].name)) {
            *out_type = types[i].type;
            *out_object = object;
            return true;
        }
    }
    return false;
}

bool kube_page_read(struct text_view body, struct kube_page *out_page)
{
    struct text_view metadata;
    struct text_view items;

    if (!json_bytes_find(body, "metadata", &metadata) || !json_bytes_find(body, "items", &items)) {
        return false;
    }
    if (items.bytes[0] == 'n') { /* null: nothing, as Go writes it */
        items = (struct text_view){NULL, 0};
    }
    char *version = find_text(metadata, "resourceVersion");
    if (version == NULL) {
        return false;
    }
    *out_page = (struct kube_page){version, find_text(metadata, "continue"), items};
    return true;
}

void kube_page_release(struct kube_page *page)
{
    free(page->resource_version);
    free(page->continue_token);
    memset(page, 0, sizeof *page);
}
