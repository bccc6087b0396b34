/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/flavor_quota.h"

#include <string.h>

#include "policy/objects/quantity.h"
#include "policy/objects/syntax.h"

enum { RESOURCES_MAX = 64 };

static const char *const flavor_fields[] = {"name", "resources", NULL};
static const char *const quota_fields[] = {"name", "nominalQuota", "borrowingLimit", "lendingLimit",
                                           NULL};

/* False if it is absent or wrong. */
static bool read_quantity(const struct field *field, const char *resource, int64_t *out_amount)
{
    struct error error = {0};

    if (field->value == NULL) {
        return false;
    }
    if (!quantity_decode(field->value, resource, out_amount, &error)) {
        field_fault(field, "%s", error.message);
        return false;
    }
    return true;
}

/* Reads a limit into `limits` if it is there. */
static void read_limit(const struct field *quota_field, const char *name, const char *resource,
                       enum limit_rules rules, struct resources *limits)
{
    auto_field struct field field = field_get(quota_field, name);
    int64_t limit;

    if (!read_quantity(&field, resource, &limit)) {
        return;
    }
    if (rules == LIMITS_WITHOUT_COHORT) {
        field_fault(&field, "needs a cohort: there is nobody to borrow from or to lend to");
    } else if (rules == LIMITS_OF_ROOT) {
        field_fault(&field, "needs parentName: there is nobody to borrow from or to lend to");
    }
    resources_set(limits, resource, limit);
}

static void check_lending(const struct field *quota_field, const char *resource, int64_t nominal,
                          const struct flavor_quota *quota)
{
    auto_field struct field field = field_get(quota_field, "lendingLimit");

    if (resources_get(&quota->lending_limit, resource) > nominal) {
        field_fault(&field, "is more than nominalQuota: a queue lends only what it has");
    }
}

/* One item of a flavor's resources; its name, borrowed, or NULL. */
static const char *read_quota(const struct field *quota_field, enum limit_rules rules,
                              struct flavor_quota *quota)
{
    auto_field struct field name_field = field_get(quota_field, "name");
    auto_field struct field nominal_field = field_get(quota_field, "nominalQuota");
    int64_t nominal = 0;

    field_expect_names(quota_field, quota_fields);
    const char *name = flavor_quota_read_resource(&name_field);
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
    read_limit(quota_field, "borrowingLimit", name, rules, &quota->borrowing_limit);
    read_limit(quota_field, "lendingLimit", name, rules, &quota->lending_limit);
    if (read_quantity(&nominal_field, name, &nominal) && rules == LIMITS_IN_COHORT) {
        check_lending(quota_field, name, nominal, quota);
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
        if (!resource_names_has(covered, item->name)) {
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
            auto_free char *order = resource_names_format(covered);
            field_fault(&item,
                        "'%s' is out of order: list the resources as coveredResources does: %s",
                        listed->items[i], order);
            return;
        }
    }
}

static void read_quotas(const struct field *flavor_field, enum limit_rules rules,
                        const struct resource_names *covered, struct flavor_quota *quota)
{
    auto_field struct field list = field_get(flavor_field, "resources");
    auto_resource_names struct resource_names listed = {0};
    size_t count = field_count(&list, RESOURCES_MAX);
    bool is_whole = true;

    if (list.value == NULL || (json_is_array(list.value) && count == 0)) {
        field_fault(&list, "is missing: the quota of each resource");
        return;
    }
    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&list, i);
        const char *name = field_is_object(&item) ? read_quota(&item, rules, quota) : NULL;
        is_whole = is_whole && name != NULL;
        if (name != NULL) {
            array_append(&listed, memory_copy_text(name));
        }
    }
    if (is_whole) {
        check_order(&list, covered, &listed, quota);
    }
}

const char *flavor_quota_read_resource(const struct field *field)
{
    const char *name = field_required_text(field);

    if (name != NULL && !syntax_is_qualified_name(name)) {
        field_fault(field, "'%.80s' is no resource name such as 'nvidia.com/gpu'", name);
        return NULL;
    }
    return name;
}

void flavor_quota_read(const struct field *flavor_field, enum limit_rules rules,
                       const struct resource_names *covered, struct flavor_quota *out_quota)
{
    auto_field struct field name_field = field_get(flavor_field, "name");

    field_expect_names(flavor_field, flavor_fields);
    const char *name = field_required_name(&name_field);
    *out_quota = (struct flavor_quota){.flavor = memory_copy_text(name != NULL ? name : "")};
    read_quotas(flavor_field, rules, covered, out_quota);
}

void flavor_quota_release(struct flavor_quota *quota)
{
    free(quota->flavor);
    resources_release(&quota->nominal);
    resources_release(&quota->borrowing_limit);
    resources_release(&quota->lending_limit);
    memset(quota, 0, sizeof *quota);
}
