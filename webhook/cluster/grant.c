/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/cluster/grant.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"

enum { ENVELOPE_BYTES = 64, ENTRY_BYTES_ASSUMED = 600 };

static const char *const purpose_names[] = {
    [GRANT_START] = "start",
    [GRANT_RELEASE] = "release",
};

static void destroy(struct grant *grant)
{
    free(grant->uid);
    free(grant->namespace_name);
    free(grant->name);
    admission_destroy(grant->admission);
    free(grant->patch);
    free(grant->encoded);
    free(grant);
}

static char *encode(const struct grant *grant)
{
    char version[24];

    snprintf(version, sizeof version, "%" PRIu64, grant->resource_version);
    json_auto_t *value =
        json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "do", purpose_names[grant->purpose],
                  "group", grant->kind->group, "kind", grant->kind->name, "uid", grant->uid,
                  "namespace", grant->namespace_name, "name", grant->name, "version", version);
    if (grant->admission != NULL) {
        json_object_set_new(value, "admission", admission_encode(grant->admission));
    }
    return json_dumps(value, JSON_COMPACT);
}

static void add(struct grant_table *table, struct grant *grant)
{
    grant->encoded = encode(grant);
    grant->encoded_bytes = strlen(grant->encoded) + 1;
    table->encoded_bytes += grant->encoded_bytes;
    HASH_ADD_KEYPTR(hh, table->grants, grant->uid, strlen(grant->uid), grant);
}

struct grant *grant_table_add(struct grant_table *table, enum grant_purpose purpose,
                              const struct object *object, struct admission *admission)
{
    struct grant *grant = memory_allocate(sizeof *grant);

    grant->purpose = purpose;
    grant->kind = object->kind;
    grant->uid = memory_copy_text(object->uid);
    grant->namespace_name = memory_copy_text(object->namespace_name);
    grant->name = memory_copy_text(object->name);
    grant->resource_version = object->resource_version;
    grant->admission = admission;
    add(table, grant);
    return grant;
}

struct grant *grant_table_find(const struct grant_table *table, const char *uid)
{
    struct grant *grant = NULL;

    HASH_FIND_STR(table->grants, uid, grant);
    return grant;
}

void grant_table_remove(struct grant_table *table, struct grant *grant)
{
    table->encoded_bytes -= grant->encoded_bytes;
    HASH_DEL(table->grants, grant);
    destroy(grant);
}

void grant_table_release(struct grant_table *table)
{
    struct grant *grant;
    struct grant *next;

    HASH_ITER(hh, table->grants, grant, next) {
        grant_table_remove(table, grant);
    }
}

bool grant_table_has_room(const struct grant_table *table, size_t planned_count)
{
    return table->encoded_bytes + (planned_count + 1) * ENTRY_BYTES_ASSUMED + ENVELOPE_BYTES <=
           GRANT_TABLE_BYTES_MAX;
}

/* The entries are JSON already; only commas are put between them. */
char *grant_table_encode(const struct grant_table *table, uint64_t sequence)
{
    struct text text = {0};
    const char *separator = "";

    text_append_format(&text, "{\"sequence\":%" PRIu64 ",\"grants\":[", sequence);
    for (const struct grant *grant = table->grants; grant != NULL; grant = grant->hh.next) {
        text_append(&text, separator);
        text_append(&text, grant->encoded);
        separator = ",";
    }
    text_append(&text, "]}");
    return text_take(&text);
}

static char *copy_field(const json_t *value, const char *field)
{
    return memory_copy_text(json_string_value(json_object_get(value, field)));
}

static bool decode(const json_t *value, struct grant *grant)
{
    const char *group = json_string_value(json_object_get(value, "group"));
    const char *kind = json_string_value(json_object_get(value, "kind"));
    const char *version = json_string_value(json_object_get(value, "version"));
    const json_t *admission = json_object_get(value, "admission");

    if (text_equal(json_string_value(json_object_get(value, "do")), "release")) {
        grant->purpose = GRANT_RELEASE;
    }
    grant->kind = kind != NULL && group != NULL ? kind_find(group, kind) : NULL;
    grant->uid = copy_field(value, "uid");
    grant->namespace_name = copy_field(value, "namespace");
    grant->name = copy_field(value, "name");
    grant->resource_version = version != NULL ? strtoull(version, NULL, 10) : 0;
    if (admission != NULL && !admission_decode(admission, &grant->admission, NULL)) {
        return false;
    }
    return grant->kind != NULL && grant->uid != NULL && grant->namespace_name != NULL &&
           grant->name != NULL && (grant->admission != NULL) == (grant->purpose == GRANT_START);
}

size_t grant_table_inherit(struct grant_table *table, const char *text)
{
    json_auto_t *value = text != NULL ? json_loads(text, 0, NULL) : NULL;
    size_t unreadable = text != NULL && text[0] != '\0' && value == NULL ? 1 : 0;
    size_t index;
    json_t *item;

    json_array_foreach(json_object_get(value, "grants"), index, item) {
        struct grant *grant = memory_allocate(sizeof *grant);
        if (!decode(item, grant) || grant_table_find(table, grant->uid) != NULL) {
            destroy(grant);
            unreadable++;
            continue;
        }
        grant->stage = GRANT_COMMITTED;
        grant->is_uncertain = true;
        grant->must_be_fenced = true;
        add(table, grant);
    }
    return unreadable;
}

uint64_t grant_text_sequence(const char *text)
{
    json_auto_t *value = text != NULL ? json_loads(text, 0, NULL) : NULL;

    return (uint64_t)json_integer_value(json_object_get(value, "sequence"));
}
