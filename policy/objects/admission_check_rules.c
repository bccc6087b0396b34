/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/objects/admission_check_rules.h"

#include <string.h>

#include "base/suggestion.h"

enum { CHECKS_MAX = 64 };

static const char *const strategy_fields[] = {"admissionChecks", NULL};
static const char *const rule_fields[] = {"name", "onFlavors", NULL};

/* The names of all flavors of the groups; borrowed, and ends with NULL. */
struct flavor_names ARRAY_OF(const char *);

static void collect_flavors(const struct resource_group_list *groups,
                            struct flavor_names *out_names)
{
    array_for_each(group, groups) {
        array_for_each(quota, &group->flavors) {
            array_append(out_names, quota->flavor);
        }
    }
    array_append(out_names, NULL);
}

static bool has_flavor(const struct flavor_names *names, const char *name)
{
    array_for_each(candidate, names) {
        if (*candidate != NULL && strcmp(*candidate, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_rule(const struct admission_check_rule_list *rules, const char *name)
{
    array_for_each(rule, rules) {
        if (strcmp(rule->name, name) == 0) {
            return true;
        }
    }
    return false;
}

/* False after a mistake; else the list has one more rule. */
static bool add_rule(const struct field *name_field, struct admission_check_rule_list *rules)
{
    const char *name = field_required_name(name_field);

    if (name == NULL) {
        return false;
    }
    if (has_rule(rules, name)) {
        field_fault(name_field, "'%s' is listed twice", name);
        return false;
    }
    array_append(rules, ((struct admission_check_rule){.name = memory_copy_text(name)}));
    return true;
}

static void read_flavors(const struct field *rule_field, const struct flavor_names *names,
                         struct admission_check_rule *rule)
{
    auto_field struct field list = field_get(rule_field, "onFlavors");
    size_t count = field_count(&list, CHECKS_MAX);

    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&list, i);
        const char *flavor = field_required_name(&item);
        if (flavor == NULL) {
            continue;
        }
        if (!has_flavor(names, flavor)) {
            const char *nearest = suggestion_find(flavor, names->items);
            field_fault(&item, "'%s' is no flavor of this queue%s%s%s", flavor,
                        nearest != NULL ? ": did you mean '" : "", nearest != NULL ? nearest : "",
                        nearest != NULL ? "'?" : "");
        }
        array_append(&rule->on_flavors, memory_copy_text(flavor));
    }
}

static void read_strategy(const struct field *strategy, const struct flavor_names *names,
                          struct admission_check_rule_list *rules)
{
    auto_field struct field list = field_get(strategy, "admissionChecks");
    size_t count = field_count(&list, CHECKS_MAX);

    field_expect_names(strategy, strategy_fields);
    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&list, i);
        auto_field struct field name = field_get(&item, "name");
        field_expect_names(&item, rule_fields);
        if (field_is_object(&item) && add_rule(&name, rules)) {
            read_flavors(&item, names, &rules->items[rules->count - 1]);
        }
    }
}

void admission_check_rules_read(const struct field *spec, const struct resource_group_list *groups,
                                struct admission_check_rule_list *out_rules)
{
    auto_field struct field list = field_get(spec, "admissionChecks");
    auto_field struct field strategy = field_get(spec, "admissionChecksStrategy");
    struct flavor_names names = {0};
    size_t count = field_count(&list, CHECKS_MAX);

    if (count > 0 && strategy.value != NULL) {
        field_fault(&strategy, "excludes admissionChecks: keep one of the two");
    }
    for (size_t i = 0; i < count; i++) {
        auto_field struct field item = field_item(&list, i);
        (void)add_rule(&item, out_rules);
    }
    collect_flavors(groups, &names);
    read_strategy(&strategy, &names, out_rules);
    array_release(&names);
}

void admission_check_rules_release(struct admission_check_rule_list *rules)
{
    array_for_each(rule, rules) {
        free(rule->name);
        array_for_each(flavor, &rule->on_flavors) {
            free(*flavor);
        }
        array_release(&rule->on_flavors);
    }
    array_release(rules);
}
