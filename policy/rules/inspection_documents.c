/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/rules/inspection_documents.h"

#include "base/suggestion.h"
#include "base/text.h"
#include "policy/rules/inspection_kinds.h"
#include "policy/rules/inspection_remarks.h"

static const char *member_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void inspect(struct inspection *inspection, struct inspected *inspected)
{
    auto_findings struct findings findings = {0};

    inspection_kind_decode(inspected, &findings);
    array_for_each(finding, &findings) {
        inspection_tell(inspection, inspected, finding->path, "%s", finding->message);
    }
    inspection->counts[inspected->kind]++;
    array_append(&inspection->objects, *inspected);
}

/* Any version of our own group is a Configuration, whose decoder tells what is wrong with it. */
static bool is_of_ours(const char *version)
{
    return text_starts_with(version, inspection_kind_group(INSPECTION_CONFIGURATION)->prefix);
}

/* The object around a fragment. */
static json_t *create_head(const json_t *fragment, bool is_spec_only)
{
    json_t *object = json_pack("{s:{s:s}}", "metadata", "name", "fragment");

    if (is_spec_only) {
        json_object_set(object, "spec", (json_t *)fragment);
    } else {
        json_object_update(object, (json_t *)fragment);
    }
    return object;
}

/* A document that says nothing of its kind. False if it is not ours. */
static bool inspect_fragment(struct inspection *inspection, struct inspected *inspected,
                             const json_t *root)
{
    const json_t *spec = json_object_get(root, "spec");

    inspected->is_spec_only = spec == NULL;
    inspected->kind = inspection_kind_guess(spec != NULL ? spec : root);
    if (inspected->kind == INSPECTION_KIND_COUNT) {
        return false;
    }
    inspected->has_no_name = true;
    inspected->object = create_head(root, inspected->is_spec_only);
    inspect(inspection, inspected);
    return true;
}

/* Ours without the line that says so. */
static bool inspect_without_kind(struct inspection *inspection, struct inspected *inspected,
                                 const json_t *root)
{
    const char *version = member_text(root, "apiVersion");

    inspected->kind = is_of_ours(version) ? INSPECTION_CONFIGURATION
                                          : inspection_kind_guess(json_object_get(root, "spec"));
    if (version != NULL && !text_starts_with(version, inspection_group_kueue.prefix) &&
        inspected->kind != INSPECTION_CONFIGURATION) {
        return false;
    }
    if (inspected->kind == INSPECTION_KIND_COUNT) {
        if (version != NULL) {
            inspection_tell(inspection, inspected, "kind", "is missing");
        }
        return version != NULL;
    }
    inspected->object = json_incref((json_t *)root);
    if (inspected->kind != INSPECTION_CONFIGURATION) {
        inspection_tell(inspection, inspected, "kind", "is missing: add the line 'kind: %s'",
                        inspection_kind_name(inspected->kind));
    }
    inspect(inspection, inspected);
    return true;
}

static bool is_listed(const char *name, const char *const *names)
{
    for (; *names != NULL; names++) {
        if (text_equal(name, *names)) {
            return true;
        }
    }
    return false;
}

static char *list_versions(const char *const *versions)
{
    struct text text = {0};

    for (size_t i = 0; versions[i] != NULL; i++) {
        text_append_format(&text, "%s%s", i > 0 ? " and " : "", versions[i]);
    }
    text_append(&text, versions[1] != NULL ? " are known" : " is known");
    return text_take(&text);
}

/* False if the apiVersion says that the object is somebody else's. */
static bool check_version(struct inspection *inspection, const struct inspected *inspected,
                          const char *version)
{
    const struct inspection_group *group = inspection_kind_group(inspected->kind);
    const char *nearest = version != NULL ? suggestion_find(version, group->versions) : NULL;

    if (is_listed(version, group->versions)) {
        return true;
    }
    if (version == NULL) {
        inspection_tell(inspection, inspected, "apiVersion",
                        "is missing: add the line 'apiVersion: %s'", group->versions[0]);
    } else if (text_starts_with(version, group->prefix)) {
        auto_free char *known = list_versions(group->versions);
        inspection_tell(inspection, inspected, "apiVersion", "unknown version '%.80s': %s", version,
                        known);
    } else if (nearest != NULL) {
        inspection_tell(inspection, inspected, "apiVersion",
                        "unknown version '%.80s': did you mean '%s'?", version, nearest);
    } else {
        return false;
    }
    return true;
}

/* A kind of Kueue's group that is not inspected. True if it was a mistake. */
static bool tell_unknown_kind(struct inspection *inspection, const struct inspected *inspected,
                              const char *kind, const char *version)
{
    const char *nearest = suggestion_find(kind, inspection_kueue_kinds);

    if (!text_starts_with(version, inspection_group_kueue.prefix) ||
        is_listed(kind, inspection_kueue_kinds)) {
        return false;
    }
    if (nearest != NULL) {
        inspection_tell(inspection, inspected, "kind", "unknown kind '%.80s': did you mean '%s'?",
                        kind, nearest);
    } else {
        inspection_tell(inspection, inspected, "kind", "unknown kind '%.80s'", kind);
    }
    return true;
}

/* False if the object is none of ours. */
static bool inspect_named(struct inspection *inspection, struct inspected *inspected,
                          const json_t *root, const char *kind)
{
    const char *version = member_text(root, "apiVersion");

    inspected->kind = inspection_kind_find(kind);
    if (is_of_ours(version)) {
        inspected->kind = INSPECTION_CONFIGURATION;
    } else if (inspected->kind == INSPECTION_KIND_COUNT) {
        return tell_unknown_kind(inspection, inspected, kind, version);
    } else if (inspected->kind == INSPECTION_CONFIGURATION) {
        if (version != NULL) {
            return false;
        }
    } else if (!check_version(inspection, inspected, version)) {
        return false;
    }
    inspected->object = json_incref((json_t *)root);
    inspect(inspection, inspected);
    return true;
}

/* Owns the prefix. */
static void add_object(struct inspection *inspection, const struct document *document,
                       const json_t *root, char *prefix)
{
    struct inspected inspected = {
        .document = document,
        .file_number = inspection->files.count - 1,
        .prefix = prefix,
    };
    const char *kind = member_text(root, "kind");
    bool is_ours;

    if (kind != NULL) {
        is_ours = inspect_named(inspection, &inspected, root, kind);
    } else if (json_object_get(root, "apiVersion") != NULL ||
               json_object_get(root, "metadata") != NULL) {
        is_ours = inspect_without_kind(inspection, &inspected, root);
    } else {
        is_ours = inspect_fragment(inspection, &inspected, root);
    }
    if (inspected.object == NULL) {
        free(prefix);
    }
    if (!is_ours) {
        array_append(&inspection->skipped, root);
    }
}

static bool is_object_list(const json_t *root)
{
    return text_equal(member_text(root, "apiVersion"), "v1") &&
           text_equal(member_text(root, "kind"), "List");
}

void inspection_documents_add(struct inspection *inspection, const struct document *document)
{
    const json_t *root = document_root(document);
    size_t index;
    const json_t *item;

    if (!is_object_list(root)) {
        add_object(inspection, document, root, memory_copy_text(""));
        return;
    }
    json_array_foreach(json_object_get(root, "items"), index, item) {
        add_object(inspection, document, item, text_format("items[%zu]", index));
    }
}
