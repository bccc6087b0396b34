/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/resource_group.h"

#include <string.h>

#include "base/text.h"

enum { GROUPS_MAX = 16, ITEMS_MAX = 64, ITEMS_OF_QUEUE_MAX = 256 };

static const char *const group_fields[] = {"coveredResources", "flavors", NULL};

/* What the group covers: as written, or else as its flavors have it. */
static void collect_names(const struct resource_group *group, struct resource_names *names)
{
    array_for_each(name, &group->covered_resources) {
        resource_names_add(names, *name);
    }
    array_for_each(quota, &group->flavors) {
        array_for_each(item, &quota->nominal) {
            resource_names_add(names, item->name);
        }
    }
}

static const struct flavor_quota *find_flavor(const struct resource_group *group, const char *name)
{
    array_for_each(quota, &group->flavors) {
        if (strcmp(quota->flavor, name) == 0) {
            return quota;
        }
    }
    return NULL;
}

static void read_covered(const struct field *group_field, struct resource_group *group)
{
    auto_field struct field field = field_get(group_field, "coveredResources");
    size_t count = field_count(&field, ITEMS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        const char *name = flavor_quota_read_resource(&item);
        if (name != NULL && resource_names_has(&group->covered_resources, name)) {
            field_fault(&item, "'%s' is listed twice", name);
        } else if (name != NULL) {
            array_append(&group->covered_resources, memory_copy_text(name));
        }
    }
}

static void read_flavor(const struct field *flavor_field, enum limit_rules rules,
                        struct resource_group *group)
{
    auto_field struct field name_field = field_get(flavor_field, "name");
    struct flavor_quota quota = {0};

    flavor_quota_read(flavor_field, rules, &group->covered_resources, &quota);
    if (quota.flavor[0] != '\0' && find_flavor(group, quota.flavor) != NULL) {
        field_fault(&name_field, "flavor '%s' is in this group twice", quota.flavor);
    }
    array_append(&group->flavors, quota);
}

static void check_covered(const struct field *group_field, const struct resource_group *group)
{
    auto_field struct field field = field_get(group_field, "coveredResources");
    struct resource_names names = {0};

    if (group->covered_resources.count > 0 ||
        (field.value != NULL && json_array_size(field.value) > 0)) {
        return;
    }
    collect_names(group, &names);
    auto_free char *list = resource_names_format(&names);
    if (names.count > 0) {
        field_fault(&field, "is missing: add the line 'coveredResources: %s' beside 'flavors'",
                    list);
    } else {
        field_fault(&field, "is missing: the resources that this group gives");
    }
    resource_names_release(&names);
}

static void read_group(const struct field *group_field, enum limit_rules rules,
                       struct resource_group *group)
{
    auto_field struct field flavors = field_get(group_field, "flavors");
    size_t count = field_count(&flavors, ITEMS_MAX);

    field_expect_names(group_field, group_fields);
    read_covered(group_field, group);
    if (flavors.value == NULL || (json_is_array(flavors.value) && count == 0)) {
        field_fault(&flavors, "is missing: the flavors that this group gives, in order");
    }
    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&flavors, i);
        if (field_is_object(&item)) {
            read_flavor(&item, rules, group);
        }
    }
    check_covered(group_field, group);
}

/* Where in the list the text is. */
static size_t find_item(const struct field *list, const char *text)
{
    size_t index;
    const json_t *item;

    json_array_foreach(list->value, index, item) {
        const json_t *name = json_is_object(item) ? json_object_get(item, "name") : item;
        if (text_equal(json_string_value(name), text)) {
            break;
        }
    }
    return index;
}

static char *format_merged_names(const struct resource_group *first,
                                 const struct resource_group *second)
{
    struct resource_names names = {0};

    collect_names(first, &names);
    collect_names(second, &names);
    char *list = resource_names_format(&names);
    resource_names_release(&names);
    return list;
}

static void tell_merge(const struct field *item, const char *what, const char *name,
                       const char *earlier_path, const char *merged)
{
    field_fault(item,
                "%s '%s' is already in %s, and it may be in one group only: make them one group "
                "with 'coveredResources: %s', where each flavor has a quota for all of these",
                what, name, earlier_path, merged);
}

/* What two groups have in common is told at the later one. */
static void check_pair(const struct field *groups_field, const struct resource_group_list *groups,
                       size_t earlier_index, size_t later_index)
{
    const struct resource_group *earlier = &groups->items[earlier_index];
    const struct resource_group *later = &groups->items[later_index];
    auto_field struct field group_field = field_item(groups_field, later_index);
    auto_field struct field covered = field_get(&group_field, "coveredResources");
    auto_field struct field flavors = field_get(&group_field, "flavors");
    auto_free char *earlier_path = field_item_path(groups_field->path, earlier_index);
    auto_free char *merged = format_merged_names(earlier, later);

    array_for_each(name, &later->covered_resources) {
        if (resource_names_has(&earlier->covered_resources, *name)) {
            auto_field struct field item = field_item(&covered, find_item(&covered, *name));
            tell_merge(&item, "resource", *name, earlier_path, merged);
        }
    }
    array_for_each(quota, &later->flavors) {
        if (quota->flavor[0] != '\0' && find_flavor(earlier, quota->flavor) != NULL) {
            auto_field struct field item = field_item(&flavors, find_item(&flavors, quota->flavor));
            tell_merge(&item, "flavor", quota->flavor, earlier_path, merged);
        }
    }
}

static void check_totals(const struct field *groups_field, const struct resource_group_list *groups)
{
    size_t flavor_count = 0;
    size_t resource_count = 0;

    array_for_each(group, groups) {
        flavor_count += group->flavors.count;
        resource_count += group->covered_resources.count;
    }
    if (flavor_count > ITEMS_OF_QUEUE_MAX || resource_count > ITEMS_OF_QUEUE_MAX) {
        field_fault(groups_field, "has %zu flavors and %zu resources, and at most %d are allowed",
                    flavor_count, resource_count, ITEMS_OF_QUEUE_MAX);
    }
}

void resource_group_list_read(const struct field *spec, enum limit_rules rules,
                              struct resource_group_list *out_groups)
{
    auto_field struct field field = field_get(spec, "resourceGroups");
    size_t count = field_count(&field, GROUPS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        array_append(out_groups, ((struct resource_group){0}));
        if (field_is_object(&item)) {
            read_group(&item, rules, &out_groups->items[i]);
        }
        for (size_t earlier = 0; earlier < i; earlier++) {
            check_pair(&field, out_groups, earlier, i);
        }
    }
    check_totals(&field, out_groups);
}

void resource_group_list_release(struct resource_group_list *groups)
{
    array_for_each(group, groups) {
        resource_names_release(&group->covered_resources);
        array_for_each(quota, &group->flavors) {
            flavor_quota_release(quota);
        }
        array_release(&group->flavors);
    }
    array_release(groups);
}
