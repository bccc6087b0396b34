/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/resource_group.h"

#include <string.h>

#include "base/text.h"
#include "policy/objects/quantity.h"
#include "policy/objects/syntax.h"

enum { GROUPS_MAX = 16, ITEMS_MAX = 64, ITEMS_OF_QUEUE_MAX = 256 };

static const char *const group_fields[] = {"coveredResources", "flavors", NULL};
static const char *const flavor_fields[] = {"name", "resources", NULL};
static const char *const quota_fields[] = {"name", "nominalQuota", "borrowingLimit", "lendingLimit",
                                           NULL};

static void release_names(struct resource_names *names)
{
    array_for_each(name, names) {
        free(*name);
    }
    array_release(names);
}

static bool has_name(const struct resource_names *names, const char *name)
{
    array_for_each(candidate, names) {
        if (strcmp(*candidate, name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_name(struct resource_names *names, const char *name)
{
    if (!has_name(names, name)) {
        array_append(names, memory_copy_text(name));
    }
}

/* The names as a YAML list: ["cpu", "nvidia.com/gpu"]. */
static char *format_names(const struct resource_names *names)
{
    struct text text = {0};

    text_append(&text, "[");
    array_for_each(name, names) {
        text_append_format(&text, "%s\"%s\"", name != names->items ? ", " : "", *name);
    }
    text_append(&text, "]");
    return text_take(&text);
}

/* What the group covers: as written, or else as its flavors have it. */
static void collect_names(const struct resource_group *group, struct resource_names *names)
{
    array_for_each(name, &group->covered_resources) {
        add_name(names, *name);
    }
    array_for_each(quota, &group->flavors) {
        array_for_each(item, &quota->nominal) {
            add_name(names, item->name);
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

static const char *read_resource_name(const struct field *field)
{
    const char *name = field_required_text(field);

    if (name != NULL && !syntax_is_qualified_name(name)) {
        field_fault(field, "'%.80s' is no resource name such as 'nvidia.com/gpu'", name);
        return NULL;
    }
    return name;
}

static void read_covered(const struct field *group_field, struct resource_group *group)
{
    auto_field struct field field = field_get(group_field, "coveredResources");
    size_t count = field_count(&field, ITEMS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        const char *name = read_resource_name(&item);
        if (name != NULL && has_name(&group->covered_resources, name)) {
            field_fault(&item, "'%s' is listed twice", name);
        } else if (name != NULL) {
            array_append(&group->covered_resources, memory_copy_text(name));
        }
    }
}

static bool read_quantity(const struct field *quota_field, const char *name, const char *resource,
                          int64_t *out_amount)
{
    auto_field struct field field = field_get(quota_field, name);
    struct error error = {0};

    if (field.value == NULL) {
        return false;
    }
    if (!quantity_decode(field.value, resource, out_amount, &error)) {
        field_fault(&field, "%s", error.message);
        return false;
    }
    return true;
}

static void check_limits(const struct field *quota_field, const char *resource, int64_t nominal,
                         bool has_cohort)
{
    static const char *const names[] = {"borrowingLimit", "lendingLimit"};
    int64_t limits[ARRAY_LENGTH(names)] = {0, 0};

    for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
        if (read_quantity(quota_field, names[i], resource, &limits[i]) && !has_cohort) {
            auto_field struct field field = field_get(quota_field, names[i]);
            field_fault(&field, "needs a cohort: there is nobody to borrow from or to lend to");
        }
    }
    if (limits[1] > nominal) {
        auto_field struct field field = field_get(quota_field, names[1]);
        field_fault(&field, "is more than nominalQuota");
    }
}

/* One item of a flavor's resources; its name, borrowed, or NULL. */
static const char *read_quota(const struct field *quota_field, bool has_cohort,
                              struct flavor_quota *quota)
{
    auto_field struct field name_field = field_get(quota_field, "name");
    auto_field struct field nominal_field = field_get(quota_field, "nominalQuota");
    int64_t nominal = 0;

    field_expect_names(quota_field, quota_fields);
    const char *name = read_resource_name(&name_field);
    if (nominal_field.value == NULL) {
        field_fault(&nominal_field, "is missing: add the line 'nominalQuota: 0' with your number");
    }
    if (name == NULL) {
        return NULL;
    }
    if (resources_has(&quota->nominal, name)) {
        field_fault(&name_field, "'%s' is listed twice", name);
        return NULL;
    }
    if (read_quantity(quota_field, "nominalQuota", name, &nominal)) {
        check_limits(quota_field, name, nominal, has_cohort);
    }
    resources_set(&quota->nominal, name, nominal);
    return name;
}

/* True if both are the same set. */
static bool check_sets(const struct field *list_field, const struct resource_names *covered,
                       const struct flavor_quota *quota)
{
    bool is_same = true;

    array_for_each(name, covered) {
        if (!resources_has(&quota->nominal, *name)) {
            field_fault(list_field,
                        "flavor '%s' has no quota for '%s': add the item '- {name: \"%s\", "
                        "nominalQuota: 0}' with your number",
                        quota->flavor, *name, *name);
            is_same = false;
        }
    }
    array_for_each(item, &quota->nominal) {
        if (!has_name(covered, item->name)) {
            field_fault(list_field,
                        "'%s' is not in coveredResources: add it there, or remove it here",
                        item->name);
            is_same = false;
        }
    }
    return is_same;
}

static void check_order(const struct field *list_field, const struct resource_names *covered,
                        const struct resource_names *listed, const struct flavor_quota *quota)
{
    if (covered->count == 0 || !check_sets(list_field, covered, quota)) {
        return;
    }
    for (size_t i = 0; i < listed->count && i < covered->count; i++) {
        if (strcmp(listed->items[i], covered->items[i]) != 0) {
            auto_field struct field item = field_item(list_field, i);
            auto_free char *order = format_names(covered);
            field_fault(&item,
                        "'%s' is out of order: list the resources as coveredResources does: %s",
                        listed->items[i], order);
            return;
        }
    }
}

static void read_quotas(const struct field *flavor_field, bool has_cohort,
                        const struct resource_names *covered, struct flavor_quota *quota)
{
    auto_field struct field list = field_get(flavor_field, "resources");
    struct resource_names listed = {0};
    size_t count = field_count(&list, ITEMS_MAX);
    bool is_whole = true;

    if (list.value == NULL || (json_is_array(list.value) && count == 0)) {
        field_fault(&list, "is missing: the quota of each resource");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&list, i);
        const char *name = field_is_object(&item) ? read_quota(&item, has_cohort, quota) : NULL;
        is_whole = is_whole && name != NULL;
        if (name != NULL) {
            array_append(&listed, memory_copy_text(name));
        }
    }
    if (is_whole) {
        check_order(&list, covered, &listed, quota);
    }
    release_names(&listed);
}

static void read_flavor(const struct field *flavor_field, bool has_cohort,
                        struct resource_group *group)
{
    auto_field struct field name_field = field_get(flavor_field, "name");
    struct flavor_quota quota = {0};

    field_expect_names(flavor_field, flavor_fields);
    const char *name = field_required_name(&name_field);
    quota.flavor = memory_copy_text(name != NULL ? name : "");
    if (name != NULL && find_flavor(group, name) != NULL) {
        field_fault(&name_field, "flavor '%s' is in this group twice", name);
    }
    read_quotas(flavor_field, has_cohort, &group->covered_resources, &quota);
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
    auto_free char *list = format_names(&names);
    if (names.count > 0) {
        field_fault(&field, "is missing: add the line 'coveredResources: %s' beside 'flavors'",
                    list);
    } else {
        field_fault(&field, "is missing: the resources that this group gives");
    }
    release_names(&names);
}

static void read_group(const struct field *group_field, bool has_cohort,
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
            read_flavor(&item, has_cohort, group);
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
    char *list = format_names(&names);
    release_names(&names);
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
        if (has_name(&earlier->covered_resources, *name)) {
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

void resource_group_list_read(const struct field *spec, bool has_cohort,
                              struct resource_group_list *out_groups)
{
    auto_field struct field field = field_get(spec, "resourceGroups");
    size_t count = field_count(&field, GROUPS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&field, i);
        array_append(out_groups, ((struct resource_group){0}));
        if (field_is_object(&item)) {
            read_group(&item, has_cohort, &out_groups->items[i]);
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
        release_names(&group->covered_resources);
        array_for_each(quota, &group->flavors) {
            free(quota->flavor);
            resources_release(&quota->nominal);
        }
        array_release(&group->flavors);
    }
    array_release(groups);
}
